import type { Server } from 'socket.io';
import { RejectedPacket } from '../transport/rejected-packet.js';
import { countChildren, hasNamespace } from './socketio.js';
import type { CompiledNamespace } from './types.js';

const LIMIT = 'namespaceInstances';

/**
 * Decides whether one more instance of a pattern may come into being. Socket.IO makes it before anybody is asked who the
 * client is: 20,000 refused CONNECT packets would leave 20,000 of them.
 *
 * @param onFull - told that there is no room, so that the empty ones can be swept away
 */
export function instanceBound(
  io: Server,
  namespaces: readonly CompiledNamespace[],
  onFull: () => void,
): (name: string) => RejectedPacket | null {
  const patterns = namespaces.filter(({ plan }) => plan.pattern !== null);
  return (name) => {
    if (patterns.length === 0 || hasNamespace(io, name)) return null;
    const bound = patterns.find(({ plan }) => plan.pattern?.test(name));
    if (bound === undefined || countChildren(bound.io) < bound.limits.namespaceInstances) return null;
    onFull();
    return new RejectedPacket('OVERLOADED', LIMIT, 'there are too many namespaces of this kind');
  };
}
