import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { within } from './within.js';

const RETRY_MS = 20;

/** A proxy that a test has started, until it is stopped. */
export class ProxyProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /**
   * Starts a proxy that stays in the foreground, and waits until it takes connections.
   *
   * @param program - path
   * @param port - where it listens according to its configuration
   */
  static async start(program: string, args: readonly string[], port: number): Promise<ProxyProcess> {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended:\n${output}`)));
    await within(() => `${program} listens\n${output}`, Promise.race([listening(port), ended]));
    ended.catch(() => undefined); // later it is ended by us
    return new ProxyProcess(child, port);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM'); // not SIGKILL, which would leave the workers of nginx alone
    await within('the end of the proxy', ended);
  }
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
