import type { Socket } from 'socket.io-client';
import { readException } from './exceptions.js';

type Listener = (...args: readonly unknown[]) => unknown;
type AckFunction = (...answer: readonly unknown[]) => void;

const MAX_WARNINGS = 100;

/** Adds a listener, and returns what takes it off; the same function may listen several times. */
export function listen(socket: Socket, event: string, listener: Listener): () => void {
  const own: Listener = (...args) => listener(...args);
  socket.on(event, own);
  return () => void socket.off(event, own);
}

/** Makes the function that answers what the server calls this client with, once per event. */
export function createAnswering(socket: Socket): (event: string, answer: Listener) => () => void {
  const answered = new Set<string>();
  return (event, answer) => {
    if (answered.has(event))
      throw new TypeError(`\`${event}\` has an onCall already; take that one off first`);
    answered.add(event);
    const off = listen(socket, event, async (...args) => {
      const { id } = socket;
      const last = args[args.length - 1];
      const ack = typeof last === 'function' ? (last as AckFunction) : null;
      try {
        const value = await answer(...(ack === null ? args : args.slice(0, -1)));
        // After a new connection the number of this question may stand for another one.
        if (ack !== null && id !== undefined && socket.id === id)
          ack(...(value === undefined ? [] : [value]));
      } catch (error) {
        console.error(error);
      }
    });
    return () => {
      off();
      answered.delete(event);
    };
  };
}

/** Makes the function that warns of events which nobody listens to, once per name. */
export function createWarning(socket: Socket): (event: string, payload: unknown) => void {
  const warned = new Set<string>();
  return (event, payload) => {
    if (event.startsWith('gw:')) return;
    // One of those that listen to any event is this one.
    if (socket.hasListeners(event) || socket.listenersAny().length > 1) return;
    if (warned.has(event) || warned.size >= MAX_WARNINGS) return;
    warned.add(event);
    console.warn(`gatewire: nothing listens to \`${event}\`, which arrived${describe(event, payload)}`);
  };
}

function describe(event: string, payload: unknown): string {
  if (event !== 'exception') return '';
  const { event: failed, error } = readException(payload);
  return `: \`${failed}\` failed with ${error.code}, ${error.message}`;
}
