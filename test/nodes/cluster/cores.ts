import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { compiled } from '../../support/compiled.js';
import { freePort } from '../../support/free-port.js';
import { WAIT_MS, within } from '../../support/within.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** How an application on several cores is started. */
export interface CoresOptions {
  readonly nodes?: number;
  /** Options of `runCluster`; without them the command line starts it. */
  readonly cluster?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether its nodes run the source by tsx; else what was compiled of it, which takes less. */
  readonly isSource?: boolean;
}

/** A client, its socket's id, and the node that it is connected to. */
export interface Guest {
  readonly socket: Socket;
  readonly id: string;
  readonly pid: number;
}

/** An application on several cores, in processes of its own. */
export class Cores implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'gatewire-cores-'));
  readonly #ended: Promise<unknown>;
  readonly #sockets: Socket[] = [];
  #output = '';

  private constructor(port: number, { nodes = 3, cluster, env = {}, isSource = false }: CoresOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.deploy('one');
    const source = 'test/fixtures/cluster/main.ts';
    const script = isSource ? source : compiled(source);
    const byHand = { CLUSTER: JSON.stringify({ script, nodes, port, ...cluster }) };
    const start = ['dist/cli/main.js', 'start', '--nodes', String(nodes), '--port', String(port), script];
    const primary = [compiled('test/fixtures/cluster/primary.ts')];
    this.#child = spawn(process.execPath, cluster === undefined ? start : primary, {
      cwd: root,
      env: { ...process.env, VERSION_FILE: this.#version, ...byHand, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#child.emit('output');
      });
    }
  }

  /** Starts it, whatever becomes of it. */
  static async spawn(options: CoresOptions = {}): Promise<Cores> {
    return new Cores(await freePort(), options);
  }

  /** Starts it, and waits until all nodes serve. */
  static async start(options: CoresOptions = {}): Promise<Cores> {
    const cores = await Cores.spawn(options);
    try {
      await cores.printed(/cluster\.node-serves/g, options.nodes ?? 3);
      return cores;
    } catch (error) {
      await cores[Symbol.asyncDispose](); // nobody else could
      throw error;
    }
  }

  get output(): string {
    return this.#output;
  }

  /** The processes that serve at the moment, as the log tells it. */
  get pids(): readonly number[] {
    const started = [...this.#output.matchAll(/(?:node-serves|node-replaced) number=(\d+) pid=(\d+)/g)];
    return [...new Map(started.map(([, number, pid]) => [number, Number(pid)])).values()];
  }

  /** Writes what nodes that start from now on run. */
  deploy(version: string): void {
    writeFileSync(this.#version, version);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until the log has something so many times. */
  async printed(pattern: RegExp, times = 1): Promise<void> {
    const wait = async () => {
      while ((this.#output.match(pattern)?.length ?? 0) < times) await once(this.#child, 'output');
    };
    await within(() => `${times} times ${pattern} in\n${this.#output}`, wait());
  }

  async exited(): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    await within(() => `the end, after\n${this.#output}`, this.#ended);
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  /** Connects, and waits for the greeting. */
  async guest(options: object = { transports: ['websocket'] }): Promise<Guest> {
    const socket = io(this.url, {
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 300,
      ...options,
    });
    this.#sockets.push(socket);
    const { id, pid } = await this.greeting(socket);
    return { socket, id, pid };
  }

  async greeting(socket: Socket): Promise<{ readonly id: string; readonly pid: number }> {
    return within(() => `a greeting, after\n${this.#output}`, next(socket, 'hello'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    this.#child.kill('SIGKILL');
    // Nodes end with their primary, but not one that is frozen.
    for (const pid of this.pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await this.exited();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #version(): string {
    return path.join(this.#folder, 'version.txt');
  }
}

/** The next event of a name. */
export function next<TValue>(socket: Socket, event: string): Promise<TValue> {
  return new Promise((resolve) => socket.once(event, resolve));
}

/** Sends an event, and waits for the answer. */
export async function ask<TValue>(
  { socket }: Guest,
  event: string,
  ...args: readonly unknown[]
): Promise<TValue> {
  const answer = (await socket.timeout(WAIT_MS).emitWithAck(event, ...args)) as { ok: boolean; data: TValue };
  if (!answer.ok) throw new Error(`${event}: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** Whether there is such a process; one that has ended and that nobody has asked for its exit code is none. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
