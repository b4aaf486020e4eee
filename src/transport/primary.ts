import cluster, { type Worker } from 'node:cluster';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requirePeer } from '../base/peer.js';
import { BootError } from '../errors/boot-error.js';
import { type Problem, problem } from '../errors/problem.js';
import type { Engine } from './engineio.js';
import { explain } from './listen.js';
import type { Listening } from './listening.js';

/** Set by the primary, in every node that it starts. */
const NUMBER = 'GATEWIRE_NODE';
/** How many nodes the primary keeps. */
const NODES = 'GATEWIRE_NODES';
/** How often the primary hears that a node lives. */
const ALIVE_MS = 1_000;
/** One door for each process: what the primary hands over does not say for which server it is. */
let hasJoined = false;

/** What a node says to its primary. */
export type NodeMessage =
  | { readonly type: 'gatewire:listen'; readonly port: number; readonly host: string | undefined }
  | { readonly type: 'gatewire:alive'; readonly connections: number };

/** What the primary answers to `gatewire:listen`. */
export type ListenReply = { readonly type: 'gatewire:listening' } & (
  | { readonly address: AddressInfo }
  | { readonly failure: { readonly code?: string; readonly message: string }; readonly port: number }
);

/** What a node is told by its surroundings. */
export function nodeEnv(number: number, nodes: number): Readonly<Record<string, string>> {
  return { [NUMBER]: String(number), [NODES]: String(nodes) };
}

/** Whether `gatewire start` or `runCluster` started this process. */
export function isNode(): boolean {
  return cluster.isWorker && process.env[NUMBER] !== undefined;
}

/** How many nodes share the work of this process; 1 when it is alone. */
export function nodesHere(): number {
  return isNode() ? Number(process.env[NODES]) : 1;
}

/** What a node cannot do that an application which is alone can. */
export function nodeProblems({ tls, server }: NodeOptions, port: number | undefined): readonly Problem[] {
  if (!isNode()) return [];
  const found: Problem[] = [];
  const isEncrypted = tls !== undefined || (server !== undefined && 'setSecureContext' in server);
  if (isEncrypted) found.push(problem('GW_ERR_BOOT_NODE_TLS', {}));
  if (server !== undefined && port === undefined) found.push(problem('GW_ERR_BOOT_NODE_SERVER', {}));
  return found;
}

interface NodeOptions {
  readonly tls?: unknown;
  readonly server?: object | undefined;
}

interface Sticky {
  setupWorker(io: { readonly httpServer: HttpServer; readonly engine: Engine }): void;
}

/**
 * Takes connections from the primary, which has the port: those of one session always come to the same node.
 *
 * @throws {BootError} when the primary cannot listen there
 */
export async function joinPrimary(
  server: HttpServer,
  engine: Engine,
  port: number,
  host: string | undefined,
): Promise<Listening> {
  if (hasJoined) throw new BootError([problem('GW_ERR_BOOT_NODE_SECOND', {})]);
  hasJoined = true;
  const { setupWorker } = requirePeer<Sticky>('@socket.io/sticky', 'gatewire start');
  // Node watches over slow requests and idle connections of a server that listens: this one is never told to.
  server.emit('listening');
  setupWorker({ httpServer: server, engine });
  const reply = await ask({ type: 'gatewire:listen', port, host });
  if ('failure' in reply) throw new BootError([explain(reply.failure, reply.port, host)]);
  const timer = setInterval(
    () => say({ type: 'gatewire:alive', connections: engine.clientsCount }),
    ALIVE_MS,
  ).unref();
  return {
    address: reply.address,
    close: async () => {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
    },
    leave() {
      // Without it the way to the primary would keep the process alive; with it the primary waits for its end.
      (cluster.worker as Worker).disconnect();
    },
  };
}

function ask(message: NodeMessage): Promise<ListenReply> {
  return new Promise((resolve) => {
    const onMessage = (reply: ListenReply): void => {
      if (reply?.type !== 'gatewire:listening') return;
      process.off('message', onMessage);
      resolve(reply);
    };
    process.on('message', onMessage);
    say(message);
  });
}

/** The primary may be gone, and then this process goes, too. */
function say(message: NodeMessage): void {
  process.send?.(message, undefined, undefined, () => {});
}
