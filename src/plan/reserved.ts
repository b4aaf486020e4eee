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

/** Tells whether an event name belongs to Socket.IO or gatewire, so that no handler may have it. */
export function isReservedEvent(name: unknown): boolean {
  return typeof name !== 'string' || name === '' || RESERVED.has(name) || name.startsWith('gw:');
}
