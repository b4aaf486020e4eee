import { createServer, type Server as HttpServer } from 'node:http';
import type { CallSite } from '../base/call-site.js';
import { BootError, type Problem, problem } from '../errors/boot-error.js';
import { Emitter } from '../metadata/injectables.js';
import { nameOf } from '../metadata/token.js';
import { Topics } from '../metadata/topics.js';
import type { AppPlan } from '../plan/types.js';
import { bind, resolveSources, type Sources } from '../runtime/bind.js';
import { Batteries } from '../runtime/compose.js';
import type { Impersonate } from '../runtime/identity.js';
import type { Resolver } from '../runtime/injection/resolver.js';
import { createResolver } from '../runtime/injection/resolver.js';
import { declarations, namespaceAdmission } from '../runtime/namespace-instances.js';
import type { OpenedAdapter } from '../runtime/remote/node-adapter.js';
import { openAdapter } from '../runtime/remote/open.js';
import { ServerSideBus, serveServerSide } from '../runtime/remote/server-side.js';
import { namespacesOf } from '../runtime/socketio.js';
import type { TopicServices } from '../topics/topic-services.js';
import type { Engine } from '../transport/engineio.js';
import type { HttpFront } from '../transport/http-front.js';
import { type Listening, openPort } from '../transport/listen.js';
import type { Tls } from '../transport/tls.js';
import { createTransport } from '../transport/transport.js';
import type { HealthEndpoints } from './health.js';
import type { CheckedOptions } from './options.js';
import type { Part } from './parts.js';
import type { Services } from './services.js';
import type { Watchers } from './watch.js';
import { writeLog } from './watch.js';

const DEFAULT_PORT = 3_000;

/** Results of opened parts, for the application and for later parts; null while a part is not open. */
export interface Opened {
  resolver: Resolver | null;
  sources: Sources | null;
  adapter: OpenedAdapter | null;
  batteries: Batteries | null;
  topics: TopicServices | null;
  engine: Engine | null;
  front: HttpFront | null;
  tls: Tls | null;
  /** Server that the application listens with. */
  http: HttpServer | null;
  /** Port that was opened here, and so is closed here. */
  listening: Listening | null;
}

/** Ingredients of the parts. */
export interface PartsNeeds {
  readonly plan: () => AppPlan;
  readonly options: CheckedOptions;
  readonly services: Services;
  readonly opened: Opened;
  readonly watchers: Watchers;
  readonly endpoints: HealthEndpoints | null;
  readonly impersonate: Impersonate | null;
  /** Line of `createApp`. */
  readonly at: CallSite;
  readonly port: number | string | undefined;
  readonly host: string | undefined;
}

/** Lists the parts of an application in the order in which they open. What is added to an application is added here. */
export function partsOf(needs: PartsNeeds): readonly Part[] {
  return [
    log(needs),
    primary(needs),
    health(needs),
    certificates(needs),
    container(needs),
    instances(needs),
    adapter(needs),
    topics(needs),
    namespaces(needs),
    timers(needs),
    bus(needs),
    transport(needs),
    listening(needs),
  ];
}

function log({ options, watchers, services: { failures } }: PartsNeeds): Part {
  let finish = (): void => {};
  return {
    name: 'log',
    open() {
      finish = writeLog(options.log, watchers);
    },
    close() {
      failures.close();
      finish();
      watchers.close();
    },
  };
}

/** Leaves the primary of several nodes last of all: what other parts say at their end goes through it. */
function primary({ opened }: PartsNeeds): Part {
  return { name: 'primary', close: () => opened.listening?.leave() };
}

function health({ endpoints }: PartsNeeds): Part {
  return { name: 'health', open: () => endpoints?.open(), close: () => endpoints?.close() };
}

/** Comes early: it needs nothing, and fails most. */
function certificates({ options: { tls }, services: { logger }, opened }: PartsNeeds): Part {
  return {
    name: 'certificates',
    async open() {
      if (tls === undefined) return;
      // Loaded on demand: behind a proxy, nobody uses it.
      const { Tls } = await import('../transport/tls.js');
      opened.tls = new Tls(tls, logger);
      opened.http = (await opened.tls.createServer()) as unknown as HttpServer;
    },
    close: () => opened.tls?.close(),
  };
}

function container({ plan, options, services: { emitter, topics, logger }, opened, at }: PartsNeeds): Part {
  return {
    name: 'container',
    async open() {
      opened.resolver = await createResolver({
        container: options.container,
        providers: options.providers ?? [],
        dependencies: plan().dependencies,
        builtIns: new Map<unknown, object>([
          [Emitter, emitter],
          [Topics, topics],
        ]),
        at,
      });
    },
    async close() {
      await opened.resolver?.close((error) => logger.error({ event: 'app.dispose-failed', error }));
      opened.resolver = null;
    },
  };
}

/** Makes every instance. It is the last thing that can fail because of the application's own classes. */
function instances({ plan, opened }: PartsNeeds): Part {
  return {
    name: 'instances',
    async open() {
      const problems: Problem[] = [];
      const resolver = opened.resolver as Resolver;
      opened.sources = await resolveSources(plan(), resolver, (target, error) => {
        const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
        problems.push(problem('GW_ERR_BOOT_CONSTRUCTION_FAILED', { target: nameOf(target), reason }));
      });
      if (problems.length > 0) throw new BootError(problems);
    },
  };
}

function adapter({ options, services, opened }: PartsNeeds): Part {
  const { io, operations, logger, revocations } = services;
  return {
    name: 'adapter',
    async open() {
      if (options.adapter === undefined) return;
      opened.adapter = await openAdapter(options.adapter, io, operations, logger, { ...options.socket });
      revocations.share(opened.adapter?.revocations ?? null);
    },
    async close() {
      // Without an engine, `io.close()` did not close those of the namespaces.
      if (opened.engine === null)
        await Promise.allSettled(namespacesOf(io).map((namespace) => namespace.adapter.close()));
      await opened.adapter?.close();
    },
  };
}

/** Topics, where the plan has some. Loaded on demand: most applications have none. */
function topics({ plan, options, services, opened }: PartsNeeds): Part {
  return {
    name: 'topics',
    async open() {
      if (plan().namespaces.every(({ topics: declared }) => declared === null)) return;
      const { TopicServices: Services } = await import('../topics/topic-services.js');
      const { operations } = services;
      const { onReachable } = operations;
      operations.onReachable = () => {
        onReachable();
        void opened.topics?.hub.compare();
      };
      opened.topics = Services.open({
        app: services.id,
        logger: services.logger,
        remote: opened.adapter?.topics ?? null,
        maxValueBytes: options.allLimits.topicValueBytes,
        checksValues: options.validateEmits,
      });
    },
    close() {
      services.topics.open(null);
      opened.topics?.close();
    },
  };
}

/** The namespaces of the plan in Socket.IO. Closing them closes their adapters, and the engine with them. */
function namespaces({ plan, options, services, opened, impersonate }: PartsNeeds): Part {
  const { io, operations, emitter, connectionLimits, sweeper } = services;
  return {
    name: 'namespaces',
    open() {
      const { store = null, rates = null } = opened.adapter ?? {};
      opened.batteries = new Batteries({ store, rates });
      const bound = bind(plan(), opened.sources as Sources, io, {
        ...services,
        app: services.id,
        limits: options.allLimits,
        impersonate,
        batteries: opened.batteries,
        extensions: opened.topics === null ? [] : [opened.topics.subscriptions],
        checksEmits: options.validateEmits,
      });
      serveServerSide(bound, operations);
      emitter.open(bound);
      opened.topics?.serve(bound, services.topics);
      connectionLimits.admit = namespaceAdmission(io, bound, () => sweeper.hurry());
      connectionLimits.declarationOf = declarations(bound);
    },
    // The HTTP server is not Socket.IO's to close: it was bound to an engine only.
    async close() {
      if (opened.engine !== null) await io.close();
      opened.batteries?.close();
    },
  };
}

function timers({ services: { sweeper, expiry, connectionLimits } }: PartsNeeds): Part {
  return {
    name: 'timers',
    open: () => sweeper.start(),
    close() {
      connectionLimits.close();
      sweeper.close();
      expiry.close();
    },
  };
}

/** Questions between nodes. */
function bus({ plan, services: { io, operations }, opened }: PartsNeeds): Part {
  const { cluster } = operations;
  return {
    name: 'bus',
    async open() {
      const way = opened.adapter?.bus ?? ServerSideBus.open(io, cluster.id, cluster.receive);
      if (way === null) return;
      // Others count the subscribers of a node that announces itself.
      await opened.adapter?.confirmed();
      await cluster.open(
        way,
        plan().namespaces.map(({ name }) => name),
      );
    },
    close: () => cluster.close(),
  };
}

function transport({ options, services, opened, endpoints }: PartsNeeds): Part {
  const { io, connectionLimits, parser, logger } = services;
  return {
    name: 'transport',
    open() {
      const settings = {
        ...options,
        limits: connectionLimits,
        parser,
        hasAddressLimit: options.limits?.connectionsPerAddress !== undefined,
        decisionTimeoutMs: options.allLimits.authTimeoutMs,
        others: endpoints?.shared ?? null,
      };
      const { engine, front } = createTransport(io, settings, logger);
      opened.engine = engine;
      opened.front = front;
      opened.http = (options.server as HttpServer | undefined) ?? opened.http ?? createServer();
      if (options.server === undefined) connectionLimits.silent.watch(opened.http);
      front.attach(opened.http);
    },
    close: () => opened.front?.detach(),
  };
}

/** A server of the application's owner is the owner's to open, unless `listen` was given a port. */
function listening({ options, opened, port, host }: PartsNeeds): Part {
  return {
    name: 'listening',
    async open() {
      if (options.server !== undefined && port === undefined) return;
      const { http, engine } = opened as { http: HttpServer; engine: Engine };
      opened.listening = await openPort(http, engine, port ?? DEFAULT_PORT, host);
      opened.tls?.watch();
    },
    async close() {
      const closed = opened.listening?.close();
      // Connections that still agree on TLS would keep the server open, as would upgraded ones.
      opened.tls?.close();
      opened.front?.detach();
      await closed;
    },
  };
}
