/** A program beyond npm that tests run. */
export type ProgramName =
  | 'chromium'
  | 'redis'
  | 'nginx'
  | 'haproxy'
  | 'nats'
  | 'rabbitmq'
  | 'epmd'
  | 'python'
  | 'pythonSocketIo'
  | 'pythonKafka';

/** Returns the path of a program, or null. */
export function findProgram(name: ProgramName): string | null;

/** Returns the path of a program; throws where it is missing, and says how to get it. */
export function requireProgram(name: ProgramName): string;
