import type { Namespace, Server, Socket } from 'socket.io';
import { GatewireError } from '../../errors/gatewire-error.js';
import type { CallOptions, RemoteOptions, ServerSideResult, SocketInfo } from '../../metadata/target.js';
import { callClient } from '../call-client.js';
import { applicationRooms } from '../rooms.js';
import { stateOf } from '../socket-state.js';
import { namespaceOf } from '../socketio.js';
import { checkTimeout } from '../target.js';
import type { ClientAnswer, RemoteAction, RemoteOperations } from '../types.js';
import type { Members, RemoteSocketInfo } from './node-adapter.js';
import type { Answerer, Body, Cluster } from './peers.js';
import type { Answers, NodeAnswer } from './request.js';

/** Beyond the time limit that clients have, for the way back from another node. */
const TRAVEL_MS = 500;
/** For one client, where being late and hearing nothing are the same error. */
const NEAR_MS = 20;

/**
 * Operations of targets: here at once, and on the other nodes by asking them. A node that does not answer in time is named,
 * and what the others answered counts.
 */
export class Operations implements RemoteOperations {
  /** Waits for subscriptions that a join has started; null when none is under way. */
  confirmed: () => Promise<void> | null = () => null;
  /** Told when the way to the other nodes is open, for the first time or again. */
  onReachable: () => void = () => {};

  readonly app: string;

  constructor(
    readonly io: Server,
    readonly cluster: Cluster,
  ) {
    this.app = cluster.id;
    cluster.answer('fetch', async (body, reply) => {
      const sockets = await localMembers(this.#instance(body), membersOf(body));
      reply({ sockets: sockets.map(describe) });
    });
    cluster.answer('count', async (body, reply) => {
      reply({ count: (await localMembers(this.#instance(body), membersOf(body))).length });
    });
    for (const action of ['join', 'leave', 'disconnect', 'disconnectAll', 'close'] as const) {
      cluster.answer(action, async (body, reply) => {
        await this.here(action, this.#instance(body), membersOf(body), strings(body['into']));
        reply({});
      });
    }
    cluster.answer('call', this.#answerCall);
    cluster.answer('callAll', async (body, reply) => {
      const { event, args, timeoutMs } = callOf(body);
      const sockets = await localMembers(this.#instance(body), membersOf(body));
      reply({ answers: await callEach(this.app, sockets, event, args, timeoutMs) });
    });
  }

  /** The sockets of all nodes; those of this one as they are. */
  async sockets(nsp: Namespace, members: Members, options?: RemoteOptions): Promise<readonly SocketInfo[]> {
    const [here, there] = await Promise.all([
      localMembers(nsp, members),
      this.cluster.ask('fetch', { ...members }, limitOf(options)),
    ]);
    note(there, options);
    const local = here.map((socket) => infoOf({ ...describe(socket), data: socket.data }));
    return [...local, ...there.replies.flatMap(remoteSockets).map(infoOf)];
  }

  /** The sockets of the other nodes, as they travel. */
  async fetch(members: Members): Promise<readonly RemoteSocketInfo[]> {
    return (await this.cluster.ask('fetch', { ...members })).replies.flatMap(remoteSockets);
  }

  async count(nsp: Namespace, members: Members, options?: RemoteOptions): Promise<number> {
    const [here, there] = await Promise.all([
      localMembers(nsp, members),
      this.cluster.ask('count', { ...members }, limitOf(options)),
    ]);
    note(there, options);
    return there.replies.reduce((sum, { body }) => sum + (Number(body['count']) || 0), here.length);
  }

  /** Does something to every member, and resolves when it is done on every node that answers. */
  async act(
    action: RemoteAction,
    nsp: Namespace,
    members: Members,
    rooms: readonly string[] = [],
    options?: RemoteOptions,
  ): Promise<void> {
    const [, there] = await Promise.all([
      this.here(action, nsp, members, rooms),
      this.cluster.ask(action, { ...members, into: rooms }, limitOf(options)),
    ]);
    note(there, options);
  }

  /** Does something to the members on this node. */
  async here(
    action: RemoteAction,
    nsp: Namespace | null,
    members: Members,
    rooms: readonly string[] = [],
  ): Promise<void> {
    if (nsp === null) return;
    const operator = nsp.local.to([...members.rooms]).except([...members.except]);
    if (action === 'leave') operator.socketsLeave([...rooms]);
    else if (action === 'disconnect') operator.disconnectSockets();
    else if (action === 'disconnectAll') operator.disconnectSockets(true);
    else if (action === 'close') {
      for (const socket of await localMembers(nsp, members)) socket.conn.close();
    } else {
      operator.socketsJoin([...rooms]);
      await this.confirmed();
    }
  }

  /** Asks one client, wherever it is. */
  async call(
    nsp: Namespace,
    id: string,
    event: string,
    args: readonly unknown[],
    options: Required<CallOptions>,
  ): Promise<unknown> {
    const { timeoutMs } = options;
    const socket = nsp.sockets.get(id);
    if (socket !== undefined) return callClient(this.app, socket, event, args, timeoutMs);
    let outcome: Body | null = null;
    let owner: string | null = null;
    const onReply = ({ node, body }: NodeAnswer, isLast: boolean): boolean => {
      if (body['mine'] === true) {
        owner = node;
        return false;
      }
      if (node === owner || body['settled'] === true) outcome = body;
      return isLast && outcome !== null;
    };
    const question = { nsp: nsp.name, id, event, args, timeoutMs };
    const { missing } = await this.cluster.ask('call', question, { timeoutMs: timeoutMs + NEAR_MS, onReply });
    return settle(outcome, missing, owner !== null, this.cluster.isReachable);
  }

  /** Asks every member, and gathers who answered what. */
  async callAll(
    nsp: Namespace,
    members: Members,
    event: string,
    args: readonly unknown[],
    { timeoutMs }: Required<CallOptions>,
  ): Promise<{ readonly answers: readonly ClientAnswer[]; readonly missingNodes: readonly string[] }> {
    const here = localMembers(nsp, members).then((sockets) =>
      callEach(this.app, sockets, event, args, timeoutMs),
    );
    const question = { ...members, event, args, timeoutMs };
    const there = this.cluster.ask('callAll', question, { timeoutMs: timeoutMs + TRAVEL_MS });
    const [own, { replies, missing }] = await Promise.all([here, there]);
    const others = replies.flatMap(({ body }) => (body['answers'] ?? []) as readonly ClientAnswer[]);
    return { answers: [...own, ...others], missingNodes: missing };
  }

  /** Runs the handlers of the other nodes. */
  async serverSideEmit(
    nsp: string,
    event: string,
    payload: unknown,
    options?: CallOptions,
  ): Promise<ServerSideResult> {
    const limit = limitOf(options && { timeoutMs: checkTimeout(options) });
    const { replies, missing } = await this.cluster.ask('emit', { nsp, event, payload }, limit);
    const answers = replies.filter(({ body }) => body['none'] !== true && body['failed'] !== true);
    return {
      answers: answers.map(({ node, body }) => ({ node, value: body['value'] })),
      failed: replies.filter(({ body }) => body['failed'] === true).map(({ node }) => node),
      missing,
    };
  }

  readonly #answerCall: Answerer = async (body, reply) => {
    const { event, args, timeoutMs } = callOf(body);
    const socket = this.#instance(body)?.sockets.get(String(body['id']));
    if (socket === undefined) return reply({});
    reply({ mine: true }, false);
    try {
      reply({ settled: true, value: await callClient(this.app, socket, event, args, timeoutMs) });
    } catch (error) {
      const { code, message } = GatewireError.is(error) ? error : new GatewireError('INTERNAL');
      reply({ settled: true, code, message });
    }
  };

  /** Never made by being named: an instance without clients has nobody to be found. */
  #instance({ nsp }: Body): Namespace | null {
    return namespaceOf(this.io, String(nsp));
  }
}

/** The members that are on this node. */
async function localMembers(nsp: Namespace | null, { rooms, except }: Members): Promise<readonly Socket[]> {
  if (nsp === null) return [];
  const operator = nsp.local.to([...rooms]).except([...except]);
  return (await operator.fetchSockets()) as unknown as readonly Socket[];
}

async function callEach(
  app: string,
  sockets: readonly Socket[],
  event: string,
  args: readonly unknown[],
  timeoutMs: number,
): Promise<readonly ClientAnswer[]> {
  return Promise.all(
    sockets.map((socket) =>
      callClient(app, socket, event, args, timeoutMs).then<ClientAnswer, ClientAnswer>(
        (value) => [socket.id, { value }],
        () => [socket.id, null],
      ),
    ),
  );
}

function settle(
  outcome: Body | null,
  missing: readonly string[],
  isFound: boolean,
  isReachable: boolean,
): unknown {
  if (outcome?.['settled'] === true) {
    const { code, message, value } = outcome;
    if (code === undefined) return value;
    throw new GatewireError(String(code), { message: String(message) });
  }
  // The node that had it is gone, or said that it could not even ask.
  if (outcome !== null) throw new GatewireError('UNAVAILABLE', { message: 'the client left' });
  if (!isReachable) throw new GatewireError('UNAVAILABLE', { message: 'other nodes cannot be reached' });
  if (missing.length === 0 && !isFound) {
    throw new GatewireError('NOT_FOUND', { message: 'there is no such socket' });
  }
  const message = `no answer in time from ${missing.join(', ')}`;
  throw new GatewireError('TIMEOUT', { message });
}

/** Fields of a socket that may travel: nothing that its client connected with. */
function describe(socket: Socket): RemoteSocketInfo {
  return { id: socket.id, rooms: [...socket.rooms], data: socket.data, user: stateOf(socket)?.user };
}

function infoOf({ id, user, data, rooms }: RemoteSocketInfo): SocketInfo {
  return { id, user, data, rooms: applicationRooms(rooms, id) };
}

function remoteSockets({ body }: NodeAnswer): readonly RemoteSocketInfo[] {
  return Array.isArray(body['sockets']) ? (body['sockets'] as readonly RemoteSocketInfo[]) : [];
}

/** The time limit of a question, where the caller gave one. */
export function limitOf(options: RemoteOptions | undefined): { timeoutMs?: number } {
  return options?.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
}

/** Tells the caller who did not answer. */
export function note({ missing }: Answers, options: RemoteOptions | undefined): void {
  if (missing.length > 0) options?.onMissing?.(missing);
}

function membersOf(body: Body): Members {
  return { nsp: String(body['nsp']), rooms: strings(body['rooms']), except: strings(body['except']) };
}

function callOf(body: Body) {
  const args = Array.isArray(body['args']) ? (body['args'] as unknown[]) : [];
  return { event: String(body['event']), args, timeoutMs: Math.max(1, Number(body['timeoutMs']) || 1) };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
