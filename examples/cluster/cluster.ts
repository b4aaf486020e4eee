import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NODES, type NodeName } from './cluster.contract.js';
import { configureNginx } from './nginx.js';
import type { News, Order } from './nodes.js';
import { buildPage } from './page.js';
import { end, freePort, isRunning, startNode, startProgram } from './processes.js';
import type { Programs } from './programs.js';

/** Two nodes, the Redis between them and the nginx in front of them: four processes, started and ended together. */
export class RunningCluster {
  readonly #nodes = new Map<NodeName, ChildProcess>();
  /** Those that have said that they listen, and were not told to end since. */
  readonly #ready = new Set<ChildProcess>();
  readonly #services: ChildProcess[] = [];
  readonly #ports = new Map<NodeName, number>();
  #folder = '';
  #redisUrl = '';
  #pageFolder = '';
  #isClosing = false;

  /** @param onFailure - told when Redis or nginx ends by itself */
  constructor(
    private readonly programs: Programs,
    private readonly onFailure: (what: string) => void,
  ) {}

  /**
   * Starts everything, and waits until both nodes listen.
   *
   * @param port - of nginx, on 127.0.0.1
   */
  async start(port: number): Promise<void> {
    this.#folder = await mkdtemp(path.join(tmpdir(), 'cluster-'));
    this.#pageFolder = await buildPage(path.join(this.#folder, 'page'));
    const redisPort = await freePort();
    const password = randomBytes(16).toString('hex');
    this.#redisUrl = `redis://:${password}@127.0.0.1:${redisPort}`;
    const reachable = ['--port', String(redisPort), '--bind', '127.0.0.1', '--requirepass', password];
    const inMemory = ['--save', '', '--appendonly', 'no', '--dir', this.#folder];
    this.#service('Redis', this.programs.redis, [...reachable, ...inMemory]);
    for (const name of NODES) this.#ports.set(name, await freePort());
    await Promise.all(NODES.map((name) => this.#startNode(name)));
    this.#service('nginx', this.programs.nginx, await configureNginx(this.#folder, port, this.#ports));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.#nodes.values()].map((node) => end(node)));
    await Promise.all(this.#services.map((service) => end(service)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #service(name: string, file: string, args: readonly string[]): void {
    const child = startProgram(file, args);
    this.#services.push(child);
    child.on('error', (error) => this.onFailure(`${name} cannot be started: ${error.message}`));
    child.on('exit', () => this.#isClosing || this.onFailure(`${name} has ended`));
  }

  async #startNode(name: NodeName): Promise<void> {
    const PORT = String(this.#ports.get(name));
    const child = startNode({
      NODE_NAME: name,
      PORT,
      REDIS_URL: this.#redisUrl,
      PAGE_FOLDER: this.#pageFolder,
    });
    this.#nodes.set(name, child);
    child.on('exit', () => {
      this.#ready.delete(child);
      this.#tellNodes();
    });
    child.on('message', (message: Order | 'ready') => {
      if (message !== 'ready') return this.#obey(message);
      this.#ready.add(child);
      this.#tellNodes();
    });
    await Promise.race([once(child, 'message'), once(child, 'exit')]);
  }

  #obey({ order, node }: Order): void {
    const child = this.#nodes.get(node);
    if (this.#isClosing || child === undefined) return;
    if (order === 'start' && !isRunning(child)) void this.#startNode(node);
    // A second SIGTERM would end it at once, in the middle of its goodbyes.
    if (order === 'stop' && this.#ready.size > 1 && this.#ready.delete(child)) void end(child);
  }

  #tellNodes(): void {
    const nodes = NODES.map((node) => {
      const child = this.#nodes.get(node);
      return { node, isRunning: child !== undefined && isRunning(child) };
    });
    // One that ends meanwhile need not know.
    for (const child of this.#ready) child.send({ nodes } satisfies News, () => {});
  }
}
