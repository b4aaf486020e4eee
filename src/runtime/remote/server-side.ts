import { randomUUID } from 'node:crypto';
import type { Namespace, Server } from 'socket.io';
import { INTERNAL_EVENTS } from '../../base/reserved-names.js';
import type { ServerSideContext } from '../../metadata/context.js';
import type { ServerSidePlan } from '../../plan/types.js';
import { baseAdapter } from '../socketio.js';
import { WholeNamespace } from '../target.js';
import type { CompiledNamespace, CompiledServerSide, InstanceSource } from '../types.js';
import type { NodeBus } from './node-adapter.js';
import type { Operations } from './operations.js';

type Method = (payload: unknown, ctx: ServerSideContext) => unknown;
type Raw = (event: string, listener: (...args: unknown[]) => void) => void;

/** Socket.IO's reason for plain nodes, which have no names here. */
const PLAIN_NODE = 'another Socket.IO server';

export function bindServerSide(plan: ServerSidePlan, { instance }: InstanceSource): CompiledServerSide {
  const target = instance as Record<string | symbol, Method>; // a singleton: the plan sees to it
  return { plan, run: (payload, ctx) => (target[plan.handler.method] as Method)(payload, ctx) };
}

/** Lets other nodes reach the `@OnServerSideEmit` handlers of this one. */
export function serveServerSide(namespaces: readonly CompiledNamespace[], operations: Operations): void {
  const run = async (nsp: string, event: string, payload: unknown, node: string) => {
    const namespace = namespaces.find(({ plan }) =>
      plan.pattern === null ? plan.name === nsp : plan.pattern.test(nsp),
    );
    const handler = namespace?.serverSide?.get(event);
    if (namespace === undefined || handler === undefined) return { none: true };
    const target = new WholeNamespace({
      outgoing: namespace.outgoing,
      operations,
      get nsp() {
        return operations.io.of(nsp);
      },
    });
    try {
      return { value: await handler.run(payload, { event, node, namespace: target }) };
    } catch (error) {
      const call = handler.plan.handler.label;
      namespace.failures.report(error, { namespace: nsp, socketId: '', requestId: randomUUID(), call });
      return { failed: true };
    }
  };
  operations.cluster.answer('emit', async ({ nsp, event, payload }, reply, from) => {
    reply(await run(String(nsp), String(event), payload, from));
  });
  for (const { io, plan, serverSide } of namespaces) {
    if (plan.pattern !== null) continue;
    // What plain Socket.IO servers of the same adapter send with `io.serverSideEmit` arrives as an event of the namespace.
    const on = (io.on as unknown as Raw).bind(io);
    for (const event of serverSide?.keys() ?? []) {
      on(event, (...args) => {
        const ack = args.at(-1);
        void run(plan.name, event, typeof args[0] === 'function' ? undefined : args[0], PLAIN_NODE).then(
          (answer) => {
            if (typeof ack === 'function') ack((answer as { value?: unknown }).value);
          },
        );
      });
    }
  }
}

const EVENT = INTERNAL_EVENTS.bus;
/** An adapter that cannot reach its server may never say how many nodes there are. */
const COUNT_MS = 500;

/** The bus of an application with an adapter of Socket.IO's own: what that offers to nodes is `serverSideEmit`. */
export class ServerSideBus implements NodeBus {
  readonly isOpen = true;

  private constructor(private readonly namespace: Namespace) {}

  /** @returns null when the adapter has no way to other nodes, as the one in memory */
  static open(io: Server, nodeId: string, receive: (message: string) => void): ServerSideBus | null {
    const namespace = io.of('/');
    if (namespace.adapter.serverSideEmit === baseAdapter.serverSideEmit) return null;
    (namespace as unknown as NodeJS.EventEmitter).on(EVENT, (to: unknown, message: unknown) => {
      if ((to === null || to === nodeId) && typeof message === 'string') receive(message);
    });
    return new ServerSideBus(namespace);
  }

  send(message: string, to: string | null): boolean {
    try {
      this.namespace.serverSideEmit(EVENT, to, message);
      return true;
    } catch {
      return false;
    }
  }

  async nodes(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, COUNT_MS, null);
    });
    const count = Promise.resolve(this.namespace.adapter.serverCount()).catch(() => null);
    return Promise.race([count, late]).finally(() => clearTimeout(timer));
  }
}
