import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireProgram } from '../../scripts/programs.js';
import { freePort } from './free-port.js';
import { within } from './within.js';

/** A Redis of the test's own: on a free port of 127.0.0.1, with a random password, and with nothing on disk. */
export class RedisServer {
  readonly password = randomBytes(16).toString('hex');
  #process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  /** @param args - further options, as redis-server takes them */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-redis-'));
    const server = new RedisServer(await freePort(), folder, args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://:${this.password}@127.0.0.1:${this.port}`;
  }

  /** Starts it again, on the same port and with the same password, but without its data. */
  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--requirepass', this.password];
    const inMemory = ['--save', '', '--appendonly', 'no', '--dir', this.folder];
    this.#process = spawn(requireProgram('redis'), [...options, ...inMemory, ...this.args], {
      stdio: 'ignore',
    });
    await within(() => 'redis-server answers', this.#answers());
  }

  /** Ends it without a word, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Makes it hang: connections stay open, and nothing is answered. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Lets it go on. */
  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves when it takes our password: whatever else may listen there would not. */
  async #answers(): Promise<void> {
    for (;;) {
      const answer = await this.#ask(`AUTH ${this.password}\r\nPING\r\n`).catch(() => '');
      if (answer.includes('+PONG')) return;
      if (this.#process?.exitCode != null) throw new Error(`redis-server ended on port ${this.port}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = createConnection(this.port, '127.0.0.1', () => socket.write(command));
      socket.setEncoding('utf8').on('data', (text: string) => {
        answer += text;
        if (answer.includes('PONG') || answer.includes('-')) socket.end();
      });
      socket.on('error', reject).on('close', () => resolve(answer));
    });
  }
}
