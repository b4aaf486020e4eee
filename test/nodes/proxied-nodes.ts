import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { redisAdapter } from 'gatewire/redis';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { type EventContext, Gateway, inject, OnEvent, token } from '../../src/index.js';
import { createTestApp, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import type { CertificateFiles } from '../support/certificate.js';
import { type Deferred, deferred } from '../support/deferred.js';
import { type ProxyName, startProxy } from '../support/documented-proxy.js';
import { freePort } from '../support/free-port.js';
import type { Haproxy } from '../support/haproxy.js';
import type { Nginx } from '../support/nginx.js';
import type { RedisServer } from '../support/redis-server.js';
import { WAIT_MS } from '../support/within.js';

const NodeName = token<string>('name of the node');

/** Where a client is, and how it got there. */
export interface Place {
  readonly node: string;
  readonly address: string;
  readonly secure: boolean;
}

@Gateway('/')
class Home {
  static work: Deferred = deferred();

  constructor(@inject(NodeName) private readonly node: string) {}

  @OnEvent('where') where(_payload: unknown, { handshake }: EventContext): Place {
    return { node: this.node, address: handshake.address, secure: handshake.secure };
  }

  @OnEvent('echo') echo(payload: unknown): unknown {
    return payload;
  }

  @OnEvent('say') say(payload: unknown, ctx: EventContext): void {
    ctx.namespace.emit('said', payload);
  }

  @OnEvent('work') async work(_payload: unknown, ctx: EventContext): Promise<string> {
    ctx.emit('working');
    await Home.work.promise;
    return 'done';
  }
}

/** How the nodes and the proxy differ from what the documentation shows. */
export interface ProxiedNodesOptions extends TestAppOptions {
  /** All timeouts of the proxy, in place of 60 s. */
  readonly timeout?: string;
}

/** Two nodes of one application over Redis, behind a proxy that speaks TLS. */
export class ProxiedNodes implements AsyncDisposable {
  readonly #sockets: Socket[] = [];
  readonly #ca: Buffer;

  private constructor(
    readonly nodes: readonly [TestApp, TestApp],
    private readonly proxy: Nginx | Haproxy,
    readonly port: number,
    certificate: CertificateFiles,
  ) {
    this.#ca = readFileSync(certificate.cert);
  }

  static async start(
    proxy: ProxyName,
    redis: Pick<RedisServer, 'url'>,
    certificate: CertificateFiles,
    { timeout = '60s', ...options }: ProxiedNodesOptions = {},
  ): Promise<ProxiedNodes> {
    Home.work = deferred();
    const port = await freePort();
    const nodes = [await start('one', redis, options), await start('two', redis, options)] as const;
    const [one, two] = nodes.map(({ url }) => new URL(url).host) as [string, string];
    const running = await startProxy(proxy, { port, nodes: [one, two], timeout, certificate });
    return new ProxiedNodes(nodes, running, port, certificate);
  }

  /** Lets the calls of `work` end. */
  finishWork(): void {
    Home.work.resolve();
  }

  /** A client that is connected; one that does not succeed at once has failed. */
  async connect(
    options: Partial<ManagerOptions & SocketOptions> = {},
    { localAddress = '127.0.0.1' } = {},
  ): Promise<Socket> {
    const agent = new Agent({ ca: this.#ca, localAddress, keepAlive: true }) as never;
    const socket = io(`https://127.0.0.1:${this.port}`, {
      agent,
      forceNew: true,
      reconnection: false,
      ...options,
    });
    this.#sockets.push(socket);
    const failed = once(socket as never, 'connect_error').then(([error]) => Promise.reject(error));
    await Promise.race([once(socket as never, 'connect'), failed]);
    failed.catch(() => undefined);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.finishWork();
    for (const socket of this.#sockets) socket.disconnect();
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.proxy.stop();
  }
}

async function start(
  name: string,
  redis: Pick<RedisServer, 'url'>,
  options: TestAppOptions,
): Promise<TestApp> {
  return createTestApp(Home, {
    node: name, // as the documentation says
    adapter: redisAdapter({ url: redis.url, nodeName: name }),
    providers: [{ provide: NodeName, useValue: name }],
    trustProxy: ['127.0.0.1'],
    health: {},
    ...options,
  });
}

/** What a node answers. */
export async function call<T>(socket: Socket, event: string, payload?: unknown): Promise<T> {
  const { data } = await socket.timeout(WAIT_MS).emitWithAck(event, payload);
  return data as T;
}
