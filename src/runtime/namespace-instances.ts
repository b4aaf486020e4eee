import type { Namespace, Server } from 'socket.io';
import type { Contract } from '../contract/contract.js';
import { fillNamespace } from '../contract/namespace-name.js';
import { GatewireError } from '../errors/gatewire-error.js';
import { RejectedPacket } from '../transport/packet-check.js';
import { childrenOf, countChildren, hasListeners, hasNamespace, isEmpty, removeChild } from './socketio.js';
import type { CompiledNamespace } from './types.js';

const LIMIT = 'namespaceInstances';

/**
 * Decides whether a client may ask to enter a namespace: not where nobody listens, and not where one more instance of a
 * pattern would come into being than is allowed. Socket.IO makes instances before anybody is asked who the client is:
 * 20,000 refused CONNECT packets would leave 20,000 of them.
 *
 * @param onFull - told that there is no room, so that the empty ones can be swept away
 */
export function namespaceAdmission(
  io: Server,
  namespaces: readonly CompiledNamespace[],
  onFull: () => void,
): (name: string) => RejectedPacket | null {
  const patterns = namespaces.filter(({ plan }) => plan.pattern !== null);
  const isRootDeclared = namespaces.some(({ plan }) => plan.name === '/' && plan.pattern === null);
  return (name) => {
    // Socket.IO always has `/`, and would let everybody in, where no time limit for silent connections holds any more.
    if (name === '/' && !isRootDeclared && !hasListeners(io.of('/')))
      return new RejectedPacket('NOT_FOUND', null, 'Invalid namespace');
    if (patterns.length === 0 || hasNamespace(io, name)) return null;
    const bound = patterns.find(({ plan }) => plan.pattern?.test(name));
    if (bound === undefined || countChildren(bound.io) < bound.limits.namespaceInstances) return null;
    onFull();
    return new RejectedPacket('OVERLOADED', LIMIT, 'there are too many namespaces of this kind');
  };
}

/** Returns the function that finds the declaration of a namespace, such as `/team/:team`; null where no gateway has one. */
export function declarations(namespaces: readonly CompiledNamespace[]): (name: string) => string | null {
  const fixed = new Set(namespaces.flatMap(({ plan }) => (plan.pattern === null ? plan.name : [])));
  const patterns = namespaces.filter(({ plan }) => plan.pattern !== null);
  return (name) =>
    fixed.has(name) ? name : (patterns.find(({ plan }) => plan.pattern?.test(name))?.plan.name ?? null);
}

/**
 * Finds the namespace that a contract or a name means, with the name of the instance.
 *
 * @throws {GatewireError} NOT_FOUND when no gateway has that namespace, INVALID_PAYLOAD for an unfit parameter
 */
export function findNamespace(
  namespaces: readonly CompiledNamespace[],
  given: string | Contract,
  params: Readonly<Record<string, string>>,
): { readonly bound: CompiledNamespace; readonly instance: string } {
  const name = typeof given === 'object' ? given.namespace : String(given);
  // A parameter that is missing stays as it is, and then fits no pattern.
  const instance = fillNamespace(name, params, (parameter, value) =>
    value === undefined ? `:${parameter}` : String(value),
  );
  const bound = namespaces.find(({ plan }) =>
    plan.pattern === null ? plan.name === instance : plan.pattern.test(instance),
  );
  if (bound !== undefined) return { bound, instance };
  throw namespaces.some(({ plan }) => plan.name === name && plan.pattern !== null)
    ? new GatewireError('INVALID_PAYLOAD', { message: 'these parameters make no name of a namespace' })
    : new GatewireError('NOT_FOUND', { message: 'there is no such namespace' });
}

const SWEEP_MS = 10_000;
/** The least time between two sweeps, when there is no room for another instance. */
const HURRY_MS = 1_000;

/**
 * Disposes of instances of parametrised namespaces that nobody is in. Socket.IO's own option splits a namespace
 * in two when one client waits in auth while another is refused; a sweep sees both.
 */
export class Sweeper {
  #timer: NodeJS.Timeout | null = null;
  /** Empty at the last sweep; who comes between two sweeps keeps its instance. */
  #candidates = new Set<Namespace>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly io: Server,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Sweeps ahead of time, unless that was done just now: a client that fills the instances must not keep others out. */
  hurry(): void {
    if (performance.now() - this.#sweptAt >= HURRY_MS) this.sweep();
  }

  /** Removes what was empty last time and still is. */
  sweep(): void {
    this.#sweptAt = performance.now();
    const empty = childrenOf(this.io).filter(({ child }) => isEmpty(child));
    for (const { parent, child } of empty) {
      if (!this.#candidates.has(child)) continue;
      try {
        removeChild(this.io, parent, child);
      } catch (error) {
        this.onError(error);
      }
    }
    this.#candidates = new Set(empty.map(({ child }) => child));
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#candidates.clear();
  }
}
