import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import { Server, type Socket } from 'socket.io';
import { CallSite } from '../base/call-site.js';
import { type Logger, type LogRecord, loggerFrom } from '../base/logger.js';
import { Problems, place } from '../base/problems.js';
import { BootError } from '../errors/boot-error.js';
import { type Problem, problem } from '../errors/problem.js';
import { CurrentContext } from '../metadata/current-context.js';
import { Emitter } from '../metadata/emitter.js';
import type { ScopeName } from '../metadata/record.js';
import type { RemoteOptions } from '../metadata/target.js';
import { type Get, nameOf } from '../metadata/token.js';
import { compile } from '../plan/compile.js';
import type { AppPlan } from '../plan/types.js';
import { Expiry } from '../runtime/access/expiry.js';
import { recoverAfterAuth, recoveryOptions } from '../runtime/access/recovery.js';
import { Revocations } from '../runtime/access/revoke.js';
import { dropCandidate, Refusal } from '../runtime/admission.js';
import { bind, resolveSources } from '../runtime/bind.js';
import type { TestHooks } from '../runtime/bound.js';
import { Calls } from '../runtime/calls.js';
import { Cluster } from '../runtime/cluster/cluster.js';
import type { AdapterHealth, OpenedAdapter } from '../runtime/cluster/node-adapter.js';
import { adapterProblems, openAdapter } from '../runtime/cluster/open.js';
import { Operations } from '../runtime/cluster/operations.js';
import { serveServerSide } from '../runtime/cluster/server-side.js';
import { ServerSideBus } from '../runtime/cluster/server-side-bus.js';
import { drain } from '../runtime/drain.js';
import { Failures } from '../runtime/failures.js';
import { bindingsOf, createResolver } from '../runtime/injection/create-resolver.js';
import type { Resolver } from '../runtime/injection/resolver.js';
import { IoEmitter } from '../runtime/io-emitter.js';
import { Limiters } from '../runtime/limiting/limiters.js';
import { instanceBound } from '../runtime/namespace-instances.js';
import { PendingConnects } from '../runtime/pending-connects.js';
import { checkInternals, shieldNamespaces } from '../runtime/socketio.js';
import { Sweeper } from '../runtime/sweeper.js';
import { Traffic } from '../transport/connection-limits.js';
import { createEngine, type Engine, type EngineConnection } from '../transport/engine.js';
import { checkEngineInternals } from '../transport/engineio.js';
import type { Edge } from '../transport/http-front.js';
import { checkPort, urlOf } from '../transport/listen.js';
import { type Listening, openPort } from '../transport/listening.js';
import { createParser } from '../transport/parser.js';
import { nodeProblems } from '../transport/primary.js';
import { Tls } from '../transport/tls.js';
import { createEdge } from '../transport/transport.js';
import { BeforeClose } from './close.js';
import { AppHealth } from './health.js';
import { HealthEndpoints } from './health-endpoints.js';
import { type AppOptions, type CheckedOptions, checkAppOptions } from './options.js';
import type { RuntimeApp } from './runtime-app.js';
import { settingsOf } from './settings.js';
import { runUntilSignal } from './signals.js';

// Injected like a class, but made by gatewire.
const BUILT_IN: ReadonlyMap<unknown, ScopeName> = new Map<unknown, ScopeName>([
  [CurrentContext, 'connection'],
  [Emitter, 'singleton'],
]);

type Phase = 'new' | 'starting' | 'open' | 'closing' | 'closed';

const DEFAULT_PORT = 3_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** Compiles, opens and closes one application. */
export class Application implements RuntimeApp {
  readonly io: Server;
  readonly health: AppHealth;
  readonly #endpoints: HealthEndpoints | null;
  readonly #options: CheckedOptions;
  readonly #optionProblems: readonly Problem[];
  readonly #logger: Logger;
  readonly #failures: Failures;
  readonly #calls = new Calls();
  readonly #beforeClose = new BeforeClose();
  readonly #expiry = new Expiry();
  readonly #revocations: Revocations;
  readonly #emitter: IoEmitter;
  readonly #sweeper: Sweeper;
  readonly #traffic: Traffic;
  readonly #operations: Operations;
  #phase: Phase = 'new';
  #plan: AppPlan | null = null;
  #resolver: Resolver | null = null;
  #engine: Engine | null = null;
  #edge: Edge | null = null;
  #tls: Tls | null = null;
  #adapter: OpenedAdapter | null = null;
  #limiters: Limiters | null = null;
  /** Where connections come from, when it was opened here and so has to be closed here. */
  #listening: Listening | null = null;
  #closing: Promise<void> | null = null;

  constructor(
    options: AppOptions,
    private readonly at: CallSite,
    private readonly testing: TestHooks | null,
  ) {
    const problems = new Problems();
    this.#options = checkAppOptions(options, problems, place(at, 'createApp'));
    this.#optionProblems = problems.found;
    const { logger, mapError, socket, allLimits } = this.#options;
    this.#logger = loggerFrom(logger);
    this.#failures = new Failures(this.#logger, mapError ?? null);
    const warn = (record: LogRecord) => this.#logger.warn(record);
    this.#traffic = new Traffic(allLimits, warn, socket?.maxHttpBufferSize);
    const parser = createParser(this.#traffic);
    this.io = new Server({
      connectTimeout: CONNECT_TIMEOUT_MS,
      parser,
      ...socket,
      ...recoveryOptions(socket),
    });
    shieldNamespaces(
      this.io,
      new PendingConnects(dropCandidate),
      ({ id, nsp }, call, error) => {
        const where = { namespace: nsp.name, socketId: id, requestId: randomUUID(), call };
        return new Refusal(this.#failures.report(error, where));
      },
      ({ name }, error) => this.#logger.error({ event: 'adapter.failed', namespace: name, error }),
      this.#prepare,
    );
    this.health = new AppHealth({
      connections: () => this.#engine?.clientsCount ?? 0,
      adapter: () => this.adapterHealth,
      needsAdapter: this.#options.health?.needsAdapter ?? false,
    });
    const { health } = this.#options;
    this.#endpoints = health === undefined ? null : new HealthEndpoints(health, this.health);
    if (socket?.connectionStateRecovery) recoverAfterAuth(this.io);
    const cluster = new Cluster(this.#logger, allLimits.clusterTimeoutMs);
    this.#operations = new Operations(this.io, cluster, testing?.onEmit);
    this.#revocations = new Revocations(this.#operations, this.#logger);
    this.#emitter = new IoEmitter(this.io, this.#revocations);
    this.#sweeper = new Sweeper(this.io, (error) =>
      this.#logger.error({ event: 'namespace.sweep-failed', error }),
    );
  }

  get address(): AddressInfo | null {
    if (this.#phase !== 'open') return null;
    const address = this.#listening?.address ?? this.#options.server?.address();
    return typeof address === 'object' && address !== null ? address : null;
  }

  get adapterHealth(): AdapterHealth | null {
    return this.#adapter?.health() ?? null;
  }

  readonly get: Get = (token) => {
    if (this.#resolver === null) throw new Error(`get(${nameOf(token)}) needs an application that is open`);
    return this.#resolver.get(token);
  };

  plan(): AppPlan {
    if (this.#plan !== null) return this.#plan;
    const { gateways, use, auth, rooms, providers, reply, allLimits } = this.#options;
    const { plan, problems } = compile({
      gateways,
      use,
      auth,
      rooms,
      providers,
      reply,
      limits: Object.freeze({ ...allLimits }),
      settings: settingsOf(this.#options),
      isBound: bindingsOf(this.#options.container),
      builtIn: BUILT_IN,
      at: this.at,
    });
    const all = [
      ...checkInternals(),
      ...checkEngineInternals(),
      ...this.#optionProblems,
      ...adapterProblems(this.#options, place(this.at, 'createApp')),
      ...problems,
    ];
    if (plan === null || all.length > 0) throw new BootError(all);
    this.#plan = plan;
    return plan;
  }

  async revoke(userId: string, options?: RemoteOptions): Promise<number> {
    return this.#revocations.revoke(userId, options);
  }

  async listen(port?: number, host?: string): Promise<void> {
    const problems = this.#phase === 'new' ? [] : [problem('GW_ERR_BOOT_STATE', { state: this.#phase })];
    const badPort = port === undefined ? null : checkPort(port);
    if (badPort !== null) problems.push(badPort);
    problems.push(...nodeProblems(this.#options, port));
    if (problems.length > 0) throw new BootError(problems);
    this.#phase = 'starting';
    try {
      await this.#open(port, host);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#phase = 'open';
    this.health.status = 'ok';
    const { address } = this;
    const isEncrypted = this.#tls !== null || this.#options.server instanceof TlsServer;
    if (address !== null) this.#logger.info({ event: 'app.listening', url: urlOf(address, isEncrypted) });
  }

  beforeClose(work: () => unknown): void {
    this.#beforeClose.add(work);
  }

  async run(port?: number, host?: string): Promise<void> {
    await runUntilSignal(
      () => this.listen(port, host),
      () => this.close(),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async reloadTls(): Promise<void> {
    if (this.#tls === null || this.#phase !== 'open')
      throw new Error('reloadTls() needs the option `tls` and an application that is open');
    await this.#tls.reload();
  }

  async #open(port: number | undefined, host: string | undefined): Promise<void> {
    const plan = this.plan();
    const { allLimits, container, providers, server, socket, tls } = this.#options;
    await this.#endpoints?.open();
    if (tls !== undefined) this.#tls = new Tls(tls, this.#logger);
    const https = await this.#tls?.createServer(); // first of all: it needs nothing, and fails most
    this.#resolver = await createResolver({
      container,
      providers: providers ?? [],
      dependencies: plan.dependencies,
      builtIns: new Map([[Emitter, this.#emitter]]),
      at: this.at,
    });
    const problems: Problem[] = [];
    const sources = await resolveSources(plan, this.#resolver, (target, error) => {
      const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
      problems.push(problem('GW_ERR_BOOT_CONSTRUCTION_FAILED', { target: nameOf(target), reason }));
    });
    if (problems.length > 0) throw new BootError(problems);
    const { adapter } = this.#options;
    if (adapter !== undefined) {
      this.#adapter = await openAdapter(adapter, this.io, this.#operations, this.#logger, {
        ...socket,
      });
      this.#revocations.share(this.#adapter?.revocations ?? null);
    }
    this.#limiters = new Limiters(this.#adapter);
    const namespaces = bind(plan, sources, this.io, {
      calls: this.#calls,
      expiry: this.#expiry,
      revocations: this.#revocations,
      failures: this.#failures,
      logger: this.#logger,
      limits: allLimits,
      impersonate: this.testing?.impersonate ?? null,
      limiters: this.#limiters,
      operations: this.#operations,
      checksEmits: this.#options.validateEmits,
    });
    serveServerSide(namespaces, this.#operations);
    this.#emitter.open(namespaces);
    this.#traffic.admit = instanceBound(this.io, namespaces, () => this.#sweeper.hurry());
    const { cluster } = this.#operations;
    const bus = this.#adapter?.bus ?? ServerSideBus.open(this.io, cluster.id, cluster.receive);
    if (bus !== null) {
      const names = plan.namespaces.map(({ name }) => name);
      await cluster.open(bus, names);
    }
    this.#sweeper.start();
    const onError = (error: unknown): void => this.#logger.error({ event: 'connection.allow-failed', error });
    this.#engine = createEngine(this.io, socket ?? {}, this.#traffic, onError, this.#options.node);
    const settings = {
      ...this.#options,
      limits: allLimits,
      floods: this.#traffic.floods,
      decisionTimeoutMs: allLimits.authTimeoutMs,
      others: this.#endpoints?.shared ?? null,
    };
    this.#edge = createEdge(this.io, this.#engine, settings, (record) => this.#logger.warn(record));
    const http = (server as HttpServer | undefined) ?? (https as HttpServer | undefined) ?? createServer();
    this.#edge.attach(http);
    if (server !== undefined && port === undefined) return;
    this.#listening = await openPort(http, this.#engine, port ?? DEFAULT_PORT, host);
    this.#tls?.watch();
  }

  /** Behind a proxy the socket below says nothing about the client's own connection. */
  readonly #prepare = (socket: Socket): void => {
    if (this.#options.trustProxy && this.#edge !== null) {
      socket.handshake.secure = this.#edge.isSecure(socket.conn as unknown as EngineConnection);
    }
  };

  async #close(): Promise<void> {
    const { closeNoticeMs, closeSpreadMs: spreadMs, closeTimeoutMs: timeoutMs } = this.#options.allLimits;
    const wasOpen = this.#phase === 'open';
    this.#phase = 'closing';
    this.health.status = 'draining';
    if (wasOpen && closeNoticeMs > 0) await sleep(closeNoticeMs);
    await this.#beforeClose.run(timeoutMs, (error) =>
      this.#logger.error({ event: 'app.before-close-failed', error }),
    );
    this.#edge?.refuseNew();
    this.#traffic.floods.release();
    const engine = this.#engine;
    // The server goes on listening for now: clients on polling need it to fetch their answers.
    if (engine !== null) {
      await drain({ io: this.io, engine, calls: this.#calls, spreadMs, timeoutMs });
      await this.#calls.idle(timeoutMs); // disconnect hooks
      this.#operations.cluster.close();
      await this.io.close(); // closes the adapters; the HTTP server is not Socket.IO's to close
    }
    this.#traffic.close();
    this.#sweeper.close();
    this.#expiry.close();
    this.#limiters?.close();
    this.#operations.cluster.close();
    await this.#adapter?.close();
    this.#edge?.detach();
    await this.#resolver?.close((error) => this.#logger.error({ event: 'app.dispose-failed', error }));
    const stopped = this.#listening?.close();
    this.#tls?.close();
    await stopped;
    this.#resolver = null;
    this.#phase = 'closed';
    this.health.status = 'closed';
    await this.#endpoints?.close();
  }
}
