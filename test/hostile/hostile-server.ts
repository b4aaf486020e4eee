import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { compiled } from '../support/compiled.js';
import { within } from '../support/within.js';
import type { Entry } from './server/journal.js';
import type { ServerState } from './server/state.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The fixture server as a process of its own, so that its end is seen. */
export class HostileServer {
  /** What the server told so far. */
  readonly journal: Entry[] = [];
  readonly #child: ChildProcess;
  readonly #left: Promise<unknown>;
  #errors = '';
  #port = 0;

  /** Starts one and waits until it listens. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<HostileServer> {
    const server = new HostileServer(env);
    try {
      const { port } = await server.told(({ at }) => at === 'listening', 'that it listens', 0);
      server.#port = port as number;
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private constructor(env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [compiled('test/hostile/server/main.ts')], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#left = once(this.#child, 'close');
    this.#child.on('message', (entry: Entry) => {
      this.journal.push(entry);
      this.#child.emit('told');
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What Node itself had to say: the application logs elsewhere. */
  get errors(): string {
    return this.#errors;
  }

  /** Opens a gate, or makes it fail. */
  tell(message: { open: string } | { fail: string }): void {
    this.#child.send(message);
  }

  /** Asks what the server holds for its clients. */
  async state(): Promise<ServerState> {
    const { mark } = this;
    this.#child.send({ ask: 'state' });
    return (await this.told(({ at }) => at === 'state', 'its state', mark)) as unknown as ServerState;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Where the journal stands: what comes from now on is found from there. */
  get mark(): number {
    return this.journal.length;
  }

  /**
   * Waits for an entry.
   *
   * @param from - where the search begins, as `mark` said
   */
  async told(match: (entry: Entry) => boolean, what: string, from: number): Promise<Entry> {
    const search = async (): Promise<Entry> => {
      for (;;) {
        const entry = this.journal.slice(from).find(match);
        if (entry !== undefined) return entry;
        await once(this.#child, 'told');
      }
    };
    const ended = this.#left.then(() => {
      throw new Error(`the server ended before it told ${what}:\n${this.#errors}`);
    });
    ended.catch(() => {}); // a server that ends later fails no wait
    return within(() => `told: ${what}\n${this.#errors}`, Promise.race([search(), ended]));
  }

  /** Entries of a kind, from a mark on. */
  entries(at: string, from: number): readonly Entry[] {
    return this.journal.slice(from).filter((entry) => entry.at === at);
  }

  /** Waits for the end of the process. */
  async exited(): Promise<number | null> {
    await within(() => `the end of the process\n${this.#errors}`, this.#left);
    return this.#child.exitCode;
  }

  /** Ends the process at once; harmless when it has ended already. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited();
  }
}
