import { EventEmitter } from 'node:events';
import { type Namespace, Server, type ServerOptions } from 'socket.io';
import { requireOf } from './own-require.js';
import type { Private } from './stack.js';

type ServerMembers = Private<
  'socket.io',
  'Server',
  {
    readonly _parser: object;
    readonly _nsps: Map<string, Namespace>;
    readonly parentNsps: ReadonlyMap<unknown, Namespace>;
  }
>;

/** Shows the undocumented members of a server. */
export const serverMembersOf = (io: Server): ServerMembers => io as unknown as ServerMembers;

// Packages below socket.io are taken from a server of it, which serves nothing: that is the copy that socket.io itself uses,
// also in a bundle, and where a package manager shows gatewire only its own dependencies.
const specimen = new Server({ serveClient: false });

/** The package socket.io-parser. Without the member, the boot check says so. */
export const parserPackage: object =
  (serverMembersOf(specimen) as Partial<ServerMembers>)._parser ?? requireOf('socket.io')('socket.io-parser');

/** Class of adapters in memory, which all other adapters extend. */
export const Adapter = specimen.of('/').adapter.constructor as new (
  namespace: Namespace,
) => Namespace['adapter'];

/** Class of Engine.IO's servers. */
export function engineClass(): new (options: Partial<ServerOptions>) => object {
  const io = new Server({ serveClient: false });
  io.attach(new EventEmitter() as never);
  return io.engine.constructor as new (
    options: Partial<ServerOptions>,
  ) => object;
}
