/** Events that gatewire sends and answers by itself. Each name is part of the wire. */
export const INTERNAL_EVENTS = {
  /** Asks a client for a new identity, and carries the answer. */
  auth: 'gw:auth',
  /** Tells a client that its node closes, and when to come back. */
  drain: 'gw:drain',
  /** Tells a waiting connection its position. */
  queue: 'gw:queue',
  /** Carries requests between nodes. */
  bus: 'gw:bus',
  /** Known to no server: its UNKNOWN_EVENT tells the test kit that everything ahead of it was handled. */
  flush: 'gw:flush',
} as const;

/** Events of gatewire's own about topics; apart, since most pages have none. */
export const TOPIC_EVENTS = {
  /** Subscribes to a topic, or goes on with it: topic, `{ since?, isNew?, history? }`. */
  subscribe: 'gw:subscribe',
  /** Ends a subscription: topic. */
  unsubscribe: 'gw:unsubscribe',
  /** Carries changes of a topic to its subscribers: topic, epoch, tag before them, changes. */
  topic: 'gw:topic',
  /** Carries entries of a keyed topic ahead of the answer or reset that they belong to: topic, entries, position. */
  page: 'gw:page',
  /** Tells subscribers to begin anew: topic, state. */
  reset: 'gw:reset',
  /** Tells a client that a subscription has ended: topic, error. */
  unsubscribed: 'gw:unsubscribed',
} as const;

const INTERNAL_PREFIX = 'gw:';

// The first six are Socket.IO's: its parser closes connections that send them. `connection` is what people
// coming from io.on('connection') would write, and it would never fire.
const RESERVED = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
  'connection',
  'error',
  'exception',
]);

/** Longest names, in characters. What is longer is refused before a RegExp of the application sees it. */
export const MAX_NAME = { event: 128, namespace: 256 } as const;

/** Tells whether an event is one of gatewire's own. */
export function isInternalEvent(name: string): boolean {
  return name.startsWith(INTERNAL_PREFIX);
}

/** Tells whether an event name belongs to Socket.IO or gatewire, so that no handler may have it. */
export function isReservedEvent(name: unknown): boolean {
  return typeof name !== 'string' || name === '' || RESERVED.has(name) || isInternalEvent(name);
}
