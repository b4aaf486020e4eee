import type { Socket } from 'socket.io-client';
import { isInternalEvent } from '../base/reserved-names.js';
import { readException } from './replies.js';

type Listener = (...args: readonly unknown[]) => unknown;
type AckFunction = (...answer: readonly unknown[]) => void;

// Replaced by bundlers with its value, so it is written out and nothing is imported for it.
declare const process: { readonly env: { readonly NODE_ENV?: string } };

const MAX_WARNINGS = 100;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1])$/;

/** Adds a listener, and returns a function that takes it off. The same function may listen several times. */
export function listen(socket: Socket, event: string, listener: Listener): () => void {
  const own: Listener = (...args) => listener(...args);
  socket.on(event, own);
  return () => void socket.off(event, own);
}

/** Makes the function that answers calls of the server, once per event. */
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
        // On a new connection the number of this call may belong to another one.
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

/** Makes the function that warns of events without a listener, once per name. */
export function createWarning(socket: Socket): (event: string, payload: unknown) => void {
  const warned = new Set<string>();
  return (event, payload) => {
    if (isInternalEvent(event)) return;
    // The connection itself is one of the listeners to any event.
    if (socket.hasListeners(event) || socket.listenersAny().length > 1) return;
    if (warned.has(event) || warned.size >= MAX_WARNINGS) return;
    warned.add(event);
    console.warn(`gatewire: nothing listens to ${describe(event, payload)}`);
  };
}

/** Tells whether this is development: not built for production, or not built at all and served by this machine. */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production';
  } catch {
    const { location } = globalThis as { readonly location?: { readonly hostname: string } };
    return location !== undefined && LOOPBACK.test(location.hostname);
  }
}

function describe(event: string, payload: unknown): string {
  if (event !== 'exception') return `\`${event}\`, which arrived`;
  const { event: failed, error } = readException(payload);
  const what = failed === '' ? '' : `\`${failed}\` failed with `;
  return `exceptions (\`onException\`), and one arrived: ${what}${error.code}, ${error.message}`;
}
