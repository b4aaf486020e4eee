import { type ConnectionMessage, connectionChannel } from '../base/channels.js';
import { type EngineConnection, netSocketOf } from './engineio.js';

/**
 * Publishes that a connection opened, and from then on that it changes its transport and closes. Called only while
 * `gatewire:connection` has subscribers: listeners of each connection cost memory.
 */
export function announce(app: string, connection: EngineConnection): void {
  const publish = (type: ConnectionMessage['type'], rest: Partial<ConnectionMessage> = {}): void =>
    connectionChannel.publish({
      app,
      type,
      connectionId: connection.id,
      transport: connection.transport.name,
      address: connection.remoteAddress,
      ...rest,
    } satisfies ConnectionMessage);
  publish('open');
  connection.on('upgrade', () => publish('upgrade'));
  connection.on('close', (reason) => {
    const socket = netSocketOf(connection);
    const bytes = socket === null ? null : { bytesRead: socket.bytesRead, bytesWritten: socket.bytesWritten };
    publish('close', { reason, ...bytes });
  });
}
