import { Server, Socket } from 'socket.io';
import { checkStackOf } from '../base/stack-check.js';
import type { Problem } from '../errors/boot-error.js';
import { checkEngineIo } from '../transport/engineio-check.js';
import { baseAdapter } from './socketio.js';

let found: readonly Problem[] | null = null;

/**
 * Checks, once in the process, every undocumented member of Socket.IO and of the packages below it that gatewire
 * touches. Nothing of them is changed by then, nor by the check.
 */
export function checkStack(): readonly Problem[] {
  found ??= [
    ...checkStackOf('socket.io', specimens),
    ...checkStackOf('socket.io-adapter', () => ({ Adapter: baseAdapter })),
    ...checkEngineIo(),
  ];
  return found;
}

/** Makes instances that belong to no connection. */
function specimens() {
  // An adapter without a timer of its own, which that of connection state recovery has.
  const adapter = baseAdapter.constructor as never;
  const io = new Server({ adapter, connectionStateRecovery: {} });
  const heard = new Set<string>();
  io.on('new_namespace', () => heard.add('new_namespace'));
  const namespace = io.of('/gatewire');
  const parent = io.of(/^\/gatewire\/\d$/);
  const client = { conn: { protocol: 4 }, request: { headers: {}, connection: {} } };
  const session = { sid: 'id', pid: 'pid', rooms: [], data: {}, missedPackets: [] };
  const socket = new Socket(namespace, client as never, {}, session as never);
  socket.onAny(() => {});
  // A constructor that takes no session makes another socket than the one that was lost.
  if (socket.id !== session.sid) Object.assign(socket, { recovered: null });
  return {
    Server: io,
    Namespace: namespace,
    ParentNamespace: parent,
    Socket: socket,
    events: { Server: heard },
  };
}
