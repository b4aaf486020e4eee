import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { requireProgram } from '../../scripts/programs.js';
import { within } from './within.js';

const script = fileURLToPath(new URL('kafka-mock.py', import.meta.url));

/** A message as it lies in a topic. */
export interface KafkaRecord {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** librdkafka's mock cluster in a process of its own. It knows no passwords, and a new one has a new port. */
export class KafkaMock {
  private constructor(
    readonly brokers: readonly string[],
    private readonly child: ChildProcess,
    private readonly lines: Interface,
  ) {}

  static async start(): Promise<KafkaMock> {
    const child = spawn(requireProgram('pythonKafka'), [script], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await within('the mock cluster listens', once(lines, 'line'))) as [string];
    return new KafkaMock(line.split(','), child, lines);
  }

  /** Takes the next message of a topic, without a group; null when none came within a second. */
  async take(topic: string): Promise<KafkaRecord | null> {
    const answer = once(this.lines, 'line');
    this.child.stdin?.write(`${topic}\n`);
    return JSON.parse(String(await answer)) as KafkaRecord | null;
  }

  /** Makes it hang: connections stay open, and nothing is answered. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
