import { Socket } from 'socket.io';
import { inject } from '../decorators/injection.js';
import type { Problem } from '../errors/problem.js';
import { problem } from '../errors/problem.js';
import { readsInversify } from '../metadata/injections.js';
import type { Class } from '../metadata/record.js';

/** A decoded event as socket.io's parser hands it over. */
export interface EventPacket {
  /** Name first, then the arguments. */
  readonly data: unknown[];
  /** Present when the client asks for an acknowledgement. */
  readonly id?: number | null;
}

/** What gatewire uses of a socket beyond its public interface. Every such member is named here and nowhere else. */
interface SocketInternals {
  onevent: (this: Socket, packet: EventPacket) => void;
  ack(id: number): (...args: unknown[]) => void;
  run(event: unknown[], done: (error: Error | null | undefined) => void): void;
  emitUntyped(...args: unknown[]): boolean;
  readonly fns: readonly unknown[];
  readonly _anyListeners?: readonly ((...args: unknown[]) => void)[];
}

const internals = (socket: Socket): SocketInternals => socket as unknown as SocketInternals;

/** Sends the events of one socket to a function of ours; acks and disconnects are not affected. */
export function routeEvents(socket: Socket, handle: SocketInternals['onevent']): void {
  internals(socket).onevent = handle;
}

/**
 * Gives a packet a name that nobody handles when it has none: socket.io's parser refuses an event with wrong data,
 * but lets one without any data through, and reading its name would end the process.
 */
export function nameEvent(packet: { data?: unknown[] }): void {
  packet.data ??= [''];
}

/** The function that answers a packet, or null when no answer was asked for. It counts only once. */
export function ackOf(socket: Socket, packet: EventPacket): ((...args: unknown[]) => void) | null {
  return packet.id === undefined || packet.id === null ? null : internals(socket).ack(packet.id);
}

/** Tells whether the application put listeners or middleware of its own on the socket. */
export function hasRawListeners(socket: Socket, event: unknown): boolean {
  const { fns, _anyListeners } = internals(socket);
  return (
    fns.length > 0 ||
    (_anyListeners !== undefined && _anyListeners.length > 0) ||
    (event !== 'error' && socket.listenerCount(event as string) > 0)
  );
}

/** Calls listeners added with `socket.onAny`. */
export function callAnyListeners(socket: Socket, args: readonly unknown[]): void {
  for (const listener of [...(internals(socket)._anyListeners ?? [])]) listener.apply(socket, [...args]);
}

/** Runs middleware added with `socket.use`. */
export function runSocketMiddleware(
  socket: Socket,
  args: unknown[],
  done: (error: Error | null | undefined) => void,
): void {
  internals(socket).run(args, done);
}

/** Calls listeners added with `socket.on`. */
export function callListeners(socket: Socket, args: readonly unknown[]): void {
  internals(socket).emitUntyped(...args);
}

/** Checks that everything named above is there, once, before anything starts. */
export function checkInternals(): readonly Problem[] {
  const prototype = Socket.prototype as unknown as Record<string, unknown>;
  const missing = ['onevent', 'ack', 'run', 'emitUntyped'].filter(
    (name) => typeof prototype[name] !== 'function',
  );
  const problems = missing.map((name) => problem('GW_ERR_BOOT_STACK', { missing: `Socket.${name}` }));
  class Probe {}
  inject(Probe)(Probe, undefined as never, 0);
  return readsInversify(Probe as Class)
    ? problems
    : [...problems, problem('GW_ERR_BOOT_STACK', { missing: 'injection metadata of inversify' })];
}
