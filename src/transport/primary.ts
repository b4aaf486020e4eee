import type { Cluster, Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requirePeer } from '../base/peer.js';
import { checkStackOf } from '../base/stack-check.js';
import { BootError, type Problem, problem } from '../errors/boot-error.js';
import type { Engine } from './engineio.js';

/** Number of a node; the primary sets it in each one that it starts. */
const NUMBER = 'GATEWIRE_NODE';
/** Number of nodes that the primary keeps. */
const NODES = 'GATEWIRE_NODES';
/** Interval in which a node tells its primary that it is alive. */
const ALIVE_MS = 1_000;
/** One server for each process: what the primary hands over does not say for which one it is. */
let hasJoined = false;

/** Message of a node to its primary. */
export type NodeMessage =
  | { readonly type: 'gatewire:listen'; readonly port: number | string; readonly host: string | undefined }
  | { readonly type: 'gatewire:alive'; readonly connections: number };

/** Answer of the primary to `gatewire:listen`. */
export type ListenReply = { readonly type: 'gatewire:listening' } & (
  | { readonly address: AddressInfo | string }
  | ListenFailure
);

/** Reason why the primary could not listen, as its operating system has it. */
export interface ListenFailure {
  readonly failure: { readonly code?: string; readonly message: string };
  readonly port: number | string;
}

/** Port of the primary, from which a node takes connections. */
export interface PrimaryPort {
  readonly address: AddressInfo | string;
  close(): Promise<void>;
  leave(): void;
}

/** Environment variables of a node. */
export function nodeEnv(number: number, nodes: number): Readonly<Record<string, string>> {
  return { [NUMBER]: String(number), [NODES]: String(nodes) };
}

/** Tells whether `gatewire start` or `runCluster` started this process. */
export function isNode(): boolean {
  return process.env[NUMBER] !== undefined && cluster().isWorker;
}

// Loaded in a node only: elsewhere it would be a part of the start that nobody uses.
const cluster = () => process.getBuiltinModule('node:cluster') as unknown as Cluster;

/** Counts the nodes that share the work of this process; 1 when it is alone. */
export function nodesHere(): number {
  return isNode() ? Number(process.env[NODES]) : 1;
}

/** Finds options that a node of several cannot have. */
export function nodeProblems(
  { tls, server }: NodeOptions,
  port: number | string | undefined,
): readonly Problem[] {
  if (!isNode()) return [];
  const found: Problem[] = [];
  if (isEncrypted({ tls, server })) found.push(problem('GW_ERR_BOOT_NODE_TLS', {}));
  if (server !== undefined && port === undefined) found.push(problem('GW_ERR_BOOT_NODE_SERVER', {}));
  return found;
}

/** Tells whether an application speaks TLS: by its own server, or by that of its owner. */
export function isEncrypted({ tls, server }: NodeOptions): boolean {
  return tls !== undefined || (server !== undefined && 'setSecureContext' in server);
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
 * @returns the reason where the primary cannot listen
 * @throws {BootError} GW_ERR_BOOT_NODE_SECOND when another application of this process has joined
 */
export async function joinPrimary(
  server: HttpServer,
  engine: Engine,
  port: number | string,
  host: string | undefined,
): Promise<PrimaryPort | ListenFailure> {
  if (hasJoined) throw new BootError([problem('GW_ERR_BOOT_NODE_SECOND', {})]);
  hasJoined = true;
  const { setupWorker } = requirePeer<Sticky>('@socket.io/sticky', 'gatewire start');
  const problems = checkSetupWorker(setupWorker);
  if (problems.length > 0) throw new BootError(problems);
  // Node watches over slow requests and idle connections of a server that listens: this one is never told to.
  server.emit('listening');
  setupWorker({ httpServer: server, engine });
  const reply = await ask({ type: 'gatewire:listen', port, host });
  if ('failure' in reply) return reply;
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
      (cluster().worker as Worker).disconnect();
    },
  };
}

/** Checks which members of a Socket.IO server @socket.io/sticky takes, on one that has no more than these. */
function checkSetupWorker(setupWorker: Sticky['setupWorker']): readonly Problem[] {
  const before = new Set(process.listeners('message'));
  const taken: Record<string, object> = {};
  const take = <TMember extends object>(name: string, member: object): TMember => {
    taken[name] = member;
    return member as TMember;
  };
  try {
    setupWorker({
      get httpServer() {
        return take<HttpServer>('httpServer', new EventEmitter());
      },
      get engine() {
        return take<Engine>('engine', new EventEmitter());
      },
    });
  } catch {
    // The rows tell.
  }
  for (const listener of process.listeners('message'))
    if (!before.has(listener)) process.off('message', listener);
  return checkStackOf('@socket.io/sticky', () => ({ WorkerServer: taken }));
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

/** Sends a message. It may be lost: a process whose primary has ended ends, too. */
function say(message: NodeMessage): void {
  process.send?.(message, undefined, undefined, () => {});
}
