import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '@nats-io/transport-node';
import { requireProgram } from '../../scripts/programs.js';
import { freePort } from './free-port.js';
import { within } from './within.js';

const USER = 'gatewire';

/** A NATS of the test's own with JetStream: on a free port of 127.0.0.1, with a random password. */
export class NatsServer {
  readonly password = randomBytes(16).toString('hex');
  #process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<NatsServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-nats-'));
    const server = new NatsServer(await freePort(), folder);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://${USER}:${this.password}@127.0.0.1:${this.port}`;
  }

  /** A connection of the test's own. */
  connect() {
    const { port, password } = this;
    return connect({ servers: `127.0.0.1:${port}`, user: USER, pass: password, reconnect: false });
  }

  /** Starts it again, on the same port, with the same password and with its streams. */
  async start(): Promise<void> {
    const { port, password, folder } = this;
    const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
    this.#process = spawn(requireProgram('nats'), [...args, '--user', USER, '--pass', password], {
      stdio: 'ignore',
    });
    await within('nats-server answers', this.#answers());
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

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (;;) {
      const connection = await this.connect().catch(() => null);
      if (connection !== null) return connection.close();
      if (this.#process?.exitCode != null) throw new Error(`nats-server ended on port ${this.port}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
