import { styleText } from 'node:util';

/** What a piece of text is, so that colours are decided in one place. */
export type Style = keyof typeof STYLES;

const STYLES = {
  title: ['bold'],
  good: ['green'],
  warning: ['yellow'],
  faint: ['dim'],
} as const;

/** Colours text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Where a command writes to. */
export interface Output {
  readonly paint: Paint;
  /** Writes lines to standard output. */
  print(text: string): void;
  /** Writes lines to standard error. */
  complain(text: string): void;
  /** Waits until everything is out of the process; a reader that has gone is no error. */
  flush(): Promise<void>;
}

/** What is used of process.stdout and process.stderr. */
interface Stream {
  write(text: string, done: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: () => void): unknown;
  readonly isTTY?: boolean;
}

/**
 * Makes the output of a command. Colours are for terminals, and for those who have not set NO_COLOR.
 *
 * @source https://no-color.org
 */
export function createOutput(stdout: Stream, stderr: Stream, env: NodeJS.ProcessEnv): Output {
  const isColourful = stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const pending: Promise<void>[] = [];
  const writer = (stream: Stream) => {
    // Bound now: the application that is loaded later has its own output sent elsewhere.
    const write = stream.write.bind(stream);
    // The callback of the write gets the same error; without a listener it would end the process here.
    stream.on('error', () => {});
    return (text: string): void => {
      const written = new Promise<void>((resolve, reject) => {
        write(`${text}\n`, (error) => (isRealError(error) ? reject(error) : resolve()));
      });
      written.catch(() => {});
      pending.push(written);
    };
  };
  return {
    paint: isColourful ? paintAnsi : (_style, text) => text,
    print: writer(stdout),
    complain: writer(stderr),
    flush: async () => {
      await Promise.all(pending);
    },
  };
}

function paintAnsi(style: Style, text: string): string {
  // Whether to colour is decided above; Node's own check differs from version to version.
  return styleText([...STYLES[style]], text, { validateStream: false });
}

/** `gatewire events | head -1` closes the pipe, and means it. */
function isRealError(error: Error | null | undefined): boolean {
  return error != null && (error as NodeJS.ErrnoException).code !== 'EPIPE';
}
