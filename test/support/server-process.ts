import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compiled } from './compiled.js';
import { within } from './within.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What may differ between two processes of the same server. */
export interface ServerProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly execArgv?: readonly string[];
  /** Whether tsx runs the source, as the READMEs say; else what was compiled of it is run, which takes less. */
  readonly isSource?: boolean;
}

/** A server as its own process, started from the root of the repository. */
export class ServerProcess {
  readonly child: ChildProcess;
  private output = '';
  private readonly left: Promise<unknown>;

  /** @param file - what is run, from the root of the repository */
  constructor(
    file: string,
    port: string | number,
    { env = {}, execArgv = [], isSource = false }: ServerProcessOptions = {},
  ) {
    const program = isSource ? ['--import', 'tsx', file] : [compiled(file)];
    this.child = spawn(process.execPath, [...execArgv, ...program], {
      cwd: root,
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // 'close', not 'exit': then the last words are read, too.
    this.left = once(this.child, 'close');
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.child.emit('output');
      });
    }
  }

  /** All that it printed until now. */
  get printed(): string {
    return this.output;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for the line with the URL, and returns the URL. */
  async listening(): Promise<string> {
    const ended = this.left.then(() => {
      throw new Error(`ended before it listened:\n${this.output}`);
    });
    const url = within(() => `a line with the URL in\n${this.output}`, Promise.race([this.url(), ended]));
    // The process ends later than the race: that is no failure of the wait.
    ended.catch(() => undefined);
    return url;
  }

  /** Waits for the end of the process, and returns its exit code and all that it printed. */
  async exited(): Promise<{ code: number | null; output: string }> {
    await within(() => `the end of the process, which printed\n${this.output}`, this.left);
    return { code: this.child.exitCode, output: this.output };
  }

  /** Ends the process at once, however it does; harmless when it has ended already. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited();
  }

  private async url(): Promise<string> {
    for (;;) {
      const [url] = /https?:\/\/[^\s"]+:\d+/.exec(this.output) ?? [];
      if (url !== undefined) return url;
      await once(this.child, 'output');
    }
  }
}
