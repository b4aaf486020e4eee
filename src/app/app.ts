import type { AddressInfo } from 'node:net';
import type { Server, Socket } from 'socket.io';
import { CallSite } from '../base/call-site.js';
import type { ChannelMessages, ChannelName } from '../base/channels.js';
import { Problems, place } from '../base/problems.js';
import { BootError, type Problem, problem } from '../errors/boot-error.js';
import type { AsyncApiDocument, AsyncApiOptions } from '../inspect/asyncapi/objects.js';
import { CurrentContext, Emitter } from '../metadata/injectables.js';
import type { ScopeName } from '../metadata/record.js';
import type { RemoteOptions } from '../metadata/target.js';
import { type Get, nameOf } from '../metadata/token.js';
import { Topics } from '../metadata/topics.js';
import { compile } from '../plan/compile.js';
import { slowPatterns } from '../plan/slow-patterns.js';
import type { AppPlan } from '../plan/types.js';
import type { Impersonate } from '../runtime/identity.js';
import { bindingsOf } from '../runtime/injection/resolver.js';
import type { AdapterHealth } from '../runtime/remote/node-adapter.js';
import { adapterProblems, topicProblems } from '../runtime/remote/open.js';
import { connectionOf } from '../runtime/socketio.js';
import { checkStack } from '../runtime/stack.js';
import { originsOfCors } from '../transport/cors.js';
import { checkPort, placesOf } from '../transport/listen.js';
import { allowsEveryOrigin } from '../transport/origins.js';
import { isEncrypted, nodeProblems } from '../transport/primary.js';
import { loadProxyAddr } from '../transport/proxies.js';
import { leave, runUntilSignal } from './close.js';
import { AppHealth, type Health, HealthEndpoints } from './health.js';
import { type Opened, partsOf } from './open.js';
import { type AppOptions, type CheckedOptions, checkAppOptions } from './options.js';
import { Parts } from './parts.js';
import { createServices, type Services } from './services.js';
import { settingsOf } from './settings.js';
import { type AppStats, statsOf } from './stats.js';
import { Watchers } from './watch.js';

/**
 * Makes an application. Nothing is opened, checked or made before `listen`, `run` or `plan`.
 *
 * @param options - gateways and everything around them
 * @example
 * const app = createApp({ gateways: [ChatGateway] });
 * await app.listen(3000);
 */
export function createApp(options: AppOptions): App {
  return new App(options, new CallSite(createApp), null);
}

/**
 * Makes an application for the test kit, whose authenticator is asked ahead of the application's own; outside of
 * production only.
 */
export function createAppForTests(options: AppOptions, at: CallSite, impersonate: Impersonate): App {
  return new App(options, at, process.env['NODE_ENV'] === 'production' ? null : impersonate);
}

/** Returns what an application was made with, for the test kit; null when `createApp` did not make it. */
export function optionsOf(app: object): AppOptions | null {
  return app instanceof App ? app.given : null;
}

// Injected like a class, but made by gatewire.
const BUILT_IN: ReadonlyMap<unknown, ScopeName> = new Map<unknown, ScopeName>([
  [CurrentContext, 'connection'],
  [Emitter, 'singleton'],
  [Topics, 'singleton'],
]);

type Phase = 'new' | 'starting' | 'open' | 'closing' | 'closed';

/** A gatewire application: compiles its declarations, opens its parts, and closes them. `createApp` makes one. */
export class App {
  /** Socket.IO's server; what it can do, it can do here. */
  readonly io: Server;
  /** Identity of the application in the messages of `node:diagnostics_channel`. */
  readonly id: string;
  /** Health of this node, for load balancers and supervisors; the option `health` serves it. */
  readonly health: Health;
  /** @internal Options as they were given. */
  readonly given: AppOptions;
  readonly #at: CallSite;
  readonly #options: CheckedOptions;
  readonly #optionProblems: readonly Problem[];
  readonly #impersonate: Impersonate | null;
  readonly #services: Services;
  readonly #watchers: Watchers;
  readonly #endpoints: HealthEndpoints | null;
  readonly #health: AppHealth;
  readonly #opened: Opened = {
    resolver: null,
    sources: null,
    adapter: null,
    batteries: null,
    topics: null,
    engine: null,
    front: null,
    tls: null,
    http: null,
    listening: null,
  };
  #phase: Phase = 'new';
  #plan: AppPlan | null = null;
  #parts: Parts | null = null;
  #closing: Promise<void> | null = null;

  /** @internal Use `createApp`. */
  constructor(given: AppOptions, at: CallSite, impersonate: Impersonate | null) {
    const problems = new Problems();
    this.given = given;
    this.#at = at;
    this.#impersonate = impersonate;
    this.#options = checkAppOptions(given, problems, place(at, 'createApp'));
    this.#optionProblems = problems.found;
    this.#services = createServices(this.#options, this.#prepare);
    this.io = this.#services.io;
    this.id = this.#services.id;
    this.#watchers = new Watchers(this.id, this.#services.logger);
    const { health } = this.#options;
    this.#health = new AppHealth({
      connections: () => this.#opened.engine?.clientsCount ?? 0,
      adapter: () => this.adapterHealth,
      needsAdapter: health?.needsAdapter ?? false,
    });
    this.health = this.#health;
    this.#endpoints = health === undefined ? null : new HealthEndpoints(health, this.#health);
  }

  /** Address that the application listens on; null before and after, and on a Unix socket. */
  get address(): AddressInfo | null {
    const address = this.#place();
    return typeof address === 'object' ? address : null;
  }

  /** State of the connection to other nodes; null without an adapter that gatewire looks after. */
  get adapterHealth(): AdapterHealth | null {
    return this.#opened.adapter?.health() ?? null;
  }

  /** Takes something out of the container; only while the application is open. */
  readonly get: Get = (token) => {
    const { resolver } = this.#opened;
    if (resolver === null) throw new Error(`get(${nameOf(token)}) needs an application that is open`);
    return resolver.get(token);
  };

  /**
   * Compiles the declarations. It opens nothing and makes no instance.
   *
   * @throws {BootError} when there are problems, with all of them
   */
  plan(): AppPlan {
    if (this.#plan !== null) return this.#plan;
    const { gateways, use, auth, rooms, providers, reply, allLimits, container } = this.#options;
    const { origins, socket } = this.#options;
    const { plan, problems } = compile({
      gateways,
      use,
      auth,
      allowsEveryOrigin: allowsEveryOrigin(origins ?? originsOfCors(socket.cors)),
      rooms,
      providers,
      reply,
      limits: Object.freeze({ ...allLimits }),
      settings: settingsOf(this.#options),
      isBound: bindingsOf(container),
      builtIn: BUILT_IN,
      at: this.#at,
    });
    const all = [
      ...checkStack(),
      ...this.#optionProblems,
      ...adapterProblems(this.#options, place(this.#at, 'createApp')),
      ...problems,
      ...(plan === null ? [] : topicProblems(this.#options, plan, place(this.#at, 'createApp'))),
    ];
    if (plan === null || all.length > 0) throw new BootError(all);
    this.#plan = plan;
    return plan;
  }

  /**
   * Describes every namespace and event as an AsyncAPI 3 document. It opens nothing and makes no instance.
   *
   * @param options - title and version, and perhaps a description and servers
   * @throws {BootError} when there are problems, with all of them
   * @throws {TypeError} without a title or a version
   * @example
   * const document = await app.asyncapi({ title: 'Chat', version: '1.0.0' });
   */
  async asyncapi(options: AsyncApiOptions): Promise<AsyncApiDocument> {
    // Loaded on demand, so that starting a server costs nothing more.
    const { asyncApiOf } = await import('../inspect/asyncapi/document.js');
    return asyncApiOf(this.plan(), options);
  }

  /**
   * Makes every instance, then opens. With `server` and without a port it only attaches.
   *
   * @param port - 0 to 65535, 0 for a free one; or the path of a Unix socket, or of a named pipe of Windows
   * @param host - an address of this machine
   * @default port 3000 on all addresses
   * @throws {BootError} when there are problems, with all of them; nothing is left open
   */
  async listen(port?: number | string, host?: string): Promise<void> {
    const problems = this.#phase === 'new' ? [] : [problem('GW_ERR_BOOT_STATE', { state: this.#phase })];
    const badPort = port === undefined ? null : checkPort(port);
    if (badPort !== null) problems.push(badPort);
    problems.push(...nodeProblems(this.#options, port));
    if (problems.length > 0) throw new BootError(problems);
    this.#phase = 'starting';
    try {
      this.plan();
      if (this.#options.trustProxy) await loadProxyAddr();
      this.#parts = this.#partsFor(port, host);
      const slow = process.env['NODE_ENV'] === 'production' ? [] : await slowPatterns(this.plan());
      await this.#parts.open();
      for (const one of slow) this.#services.logger.warn({ event: 'pattern.slow', ...one });
    } catch (error) {
      await this.close().catch(() => {}); // each failure to close was logged; that of the start is the cause
      throw error;
    }
    this.#phase = 'open';
    this.#health.status = 'ok';
    const place = this.#place();
    if (place !== null)
      this.#services.logger.info({
        event: 'app.listening',
        ...placesOf(place, host, isEncrypted(this.#options)),
      });
  }

  /**
   * `listen`, then `close` at SIGTERM or SIGINT; a signal that comes a second later ends the process at once. Problems are
   * written to standard error and end the process with exit code 1.
   */
  async run(port?: number | string, host?: string): Promise<void> {
    await runUntilSignal(
      () => this.listen(port, host),
      () => this.close(),
    );
  }

  /**
   * Closes gracefully: reports not ready, refuses new connections, finishes running calls, closes connections batch by
   * batch so that clients reconnect by themselves, ends all scopes, and closes what was opened. It may be called at any
   * time and more than once.
   *
   * @throws {AggregateError} when parts failed to close; the others are closed all the same
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /**
   * Has something end ahead of the connections when the application closes: a consumer of a broker, or a timer that
   * emits. What it emits still reaches clients.
   *
   * @param work - may return a promise, which gets `limits.closeTimeoutMs`; failures are logged, and keep nothing open
   * @example
   * const orders = consume(rabbitmq({ url, queue: 'orders' }), handle);
   * app.beforeClose(() => orders.close());
   * await app.run(3000);
   */
  beforeClose(work: () => unknown): void {
    this.#services.beforeClose.add(work);
  }

  /**
   * Calls a function with each message of this application on a channel of `node:diagnostics_channel`, until the
   * application is closed. A function that throws changes nothing, and is logged once.
   *
   * @param channel - name of the channel
   * @param onMessage - called within the turn in which the message was published
   * @returns a function that ends the subscription
   * @example
   * const end = app.watch('gatewire:limit', ({ limit }) => refusals.inc({ limit }));
   */
  watch<TName extends ChannelName>(
    channel: TName,
    onMessage: (message: ChannelMessages[TName]) => unknown,
  ): () => void {
    return this.#watchers.watch(channel, onMessage);
  }

  /**
   * Counts connections, sockets, rooms, calls and bytes of this node. The numbers are computed when they are asked for.
   *
   * @example
   * setInterval(() => console.log(app.stats().calls.running), 10_000).unref();
   */
  stats(): AppStats {
    return statsOf(this.io, this.#opened.engine, this.#services.calls);
  }

  /**
   * Takes the access of a user back: all of its sockets, in all namespaces and on all nodes, are told UNAUTHENTICATED
   * and disconnected.
   *
   * @param userId - the `user.id` that auth returned
   * @returns number of sockets
   * @throws {GatewireError} INVALID_PAYLOAD when the id does not have 1 to 128 characters
   */
  async revoke(userId: string, options?: RemoteOptions): Promise<number> {
    return this.#services.revocations.revoke(userId, options);
  }

  /**
   * Reads the files of `tls` again, for new connections; a changed file is found without it.
   *
   * @throws {BootError} when they cannot be used; what was read before stays
   */
  async reloadTls(): Promise<void> {
    const { tls } = this.#opened;
    if (tls === null || this.#phase !== 'open')
      throw new Error('reloadTls() needs the option `tls` and an application that is open');
    await tls.reload();
  }

  /** Where the application listens: an address, or the path of a Unix socket. */
  #place(): AddressInfo | string | null {
    if (this.#phase !== 'open') return null;
    return this.#opened.listening?.address ?? this.#options.server?.address() ?? null;
  }

  #partsFor(port: number | string | undefined, host: string | undefined): Parts {
    const parts = partsOf({
      plan: () => this.plan(),
      options: this.#options,
      services: this.#services,
      opened: this.#opened,
      watchers: this.#watchers,
      endpoints: this.#endpoints,
      impersonate: this.#impersonate,
      at: this.#at,
      port,
      host,
    });
    return new Parts(parts, this.#services.logger);
  }

  async #close(): Promise<void> {
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closing';
    this.#health.status = 'draining';
    const { engine, front } = this.#opened;
    const startedAt = performance.now();
    if (wasOpen) this.#services.logger.info({ event: 'app.closing', connections: engine?.clientsCount ?? 0 });
    await this.#parts?.stop();
    await leave({ ...this.#services, limits: this.#options.allLimits, engine, front, wasOpen });
    try {
      await this.#parts?.close();
    } finally {
      this.#phase = 'closed';
      this.#health.status = 'closed';
    }
    const ms = Math.round(performance.now() - startedAt);
    // Not by way of the channel, whose subscribers have ended.
    if (wasOpen) this.#options.log.info({ event: 'app.closed', ms });
  }

  /** Behind a proxy the socket below says nothing about the client's own connection. */
  readonly #prepare = (socket: Socket): void => {
    const { front } = this.#opened;
    if (this.#options.trustProxy && front !== null)
      socket.handshake.secure = front.isSecure(connectionOf(socket));
  };
}
