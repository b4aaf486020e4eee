import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import amqplib from 'amqplib';
import { requireProgram } from '../../scripts/programs.js';
import { freePort } from './free-port.js';
import { within } from './within.js';

/**
 * A RabbitMQ with a port mapper of its own: on free ports of 127.0.0.1, with a random password, and with its data in a
 * folder that goes with it. It takes a dozen seconds of a processor to start: tests ask for `shared('rabbitmq')`.
 */
export class RabbitmqServer {
  readonly #password = randomBytes(16).toString('hex');
  readonly #env: NodeJS.ProcessEnv;
  readonly #mapper: ChildProcess;
  #process: ChildProcess | null = null;
  #output = '';

  private constructor(
    readonly port: number,
    private readonly folder: string,
    mapperPort: number,
    nodePort: number,
  ) {
    const local = '127.0.0.1';
    this.#mapper = spawn(requireProgram('epmd'), ['-port', String(mapperPort)], {
      env: { ...process.env, ERL_EPMD_ADDRESS: local },
      stdio: 'ignore',
    });
    this.#env = {
      ...process.env,
      HOME: folder, // Erlang's cookie
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: local,
      RABBITMQ_NODENAME: `gatewire${port}@localhost`,
      RABBITMQ_DIST_PORT: String(nodePort),
      RABBITMQ_MNESIA_BASE: path.join(folder, 'data'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONFIG_FILE: path.join(folder, 'rabbitmq.conf'),
      RABBITMQ_GENERATED_CONFIG_DIR: path.join(folder, 'generated'),
      RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, 'enabled_plugins'),
      // Replaces the script by the server, so that there is one process to end.
      RUNNING_UNDER_SYSTEMD: '1',
    };
  }

  static async start(): Promise<RabbitmqServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatewire-rabbitmq-'));
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const server = new RabbitmqServer(ports[0], folder, ports[1], ports[2]);
    const config = [
      `listeners.tcp.1 = 127.0.0.1:${server.port}`,
      'default_user = gatewire',
      `default_pass = ${server.#password}`,
    ];
    await writeFile(path.join(folder, 'rabbitmq.conf'), `${config.join('\n')}\n`);
    await writeFile(path.join(folder, 'enabled_plugins'), '[].\n');
    try {
      await server.#start();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get url(): string {
    return `amqp://gatewire:${this.#password}@127.0.0.1:${this.port}`;
  }

  async #start(): Promise<void> {
    const child = spawn(requireProgram('rabbitmq'), [], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4_000);
      });
    }
    await within(() => `RabbitMQ answers; it wrote\n${this.#output}`, this.#answers());
  }

  async stop(): Promise<void> {
    if (this.#process !== null) await end(this.#process);
    await end(this.#mapper);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #answers(): Promise<void> {
    for (;;) {
      const connection = await amqplib.connect(this.url, { timeout: 1_000 }).catch(() => null);
      if (connection !== null) return connection.close();
      if (this.#process?.exitCode != null) throw new Error(`RabbitMQ ended:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
