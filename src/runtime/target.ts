import { checkTimeoutMs } from '../base/deadline.js';
import { sentArguments } from '../contract/wire.js';
import { GatewireError } from '../errors/gatewire-error.js';
import type {
  BroadcastTarget,
  CallAllResult,
  CallOptions,
  NamespaceTarget,
  RemoteOptions,
  ServerSideResult,
  SocketInfo,
  SocketTarget,
  Target,
} from '../metadata/target.js';
import type { Members } from './remote/node-adapter.js';
import { socketRoom, storedRooms, userRoom } from './rooms.js';
import { emitToRooms } from './send.js';
import type { Located, OutgoingContract, RemoteAction } from './types.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** Rooms of a namespace instance, by their stored names; none stands for everyone. */
export class RoomTarget implements Target {
  readonly #located: Located;
  readonly #rooms: readonly string[];
  readonly #excepted: readonly string[];
  readonly #isVolatile: boolean;

  constructor(
    located: Located,
    rooms: readonly string[] = [],
    excepted: readonly string[] = [],
    isVolatile = false,
  ) {
    this.#located = located;
    this.#rooms = rooms;
    this.#excepted = excepted;
    this.#isVolatile = isVolatile;
  }

  to(room: string | readonly string[]): Target {
    return new RoomTarget(
      this.#located,
      [...this.#rooms, ...storedRooms(room)],
      this.#excepted,
      this.#isVolatile,
    );
  }

  except(room: string | readonly string[]): Target {
    return new RoomTarget(
      this.#located,
      this.#rooms,
      [...this.#excepted, ...storedRooms(room)],
      this.#isVolatile,
    );
  }

  get volatile(): Target {
    return new RoomTarget(this.#located, this.#rooms, this.#excepted, true);
  }

  emit(event: string, ...args: readonly unknown[]): void {
    const { nsp, outgoing, operations } = this.#located;
    outgoing?.checkEmit(event, args);
    const recipients = { rooms: this.#rooms, except: this.#excepted, isVolatile: this.#isVolatile };
    emitToRooms(operations.app, nsp, recipients, event, args);
  }

  async callAll(event: string, payload?: unknown, options?: CallOptions): Promise<CallAllResult<unknown>> {
    const timeoutMs = checkTimeout(options);
    const { nsp, outgoing, operations } = this.#located;
    const args = argumentsOf(outgoing, event, payload);
    const outcome = await operations.callAll(nsp, this.#members(), event, args, { timeoutMs });
    const answers: unknown[] = [];
    const missing: string[] = [];
    for (const [id, answer] of outcome.answers) {
      try {
        if (answer === null) throw new GatewireError('TIMEOUT');
        answers.push(outgoing === null ? answer.value : outgoing.acceptAnswer(event, answer.value));
      } catch {
        missing.push(id);
      }
    }
    const { missingNodes } = outcome;
    return { answers, missing, ...(missingNodes.length > 0 && { missingNodes }) };
  }

  join(room: string | readonly string[], options?: RemoteOptions): Promise<void> {
    return this.#act('join', storedRooms(room), options);
  }

  leave(room: string | readonly string[], options?: RemoteOptions): Promise<void> {
    return this.#act('leave', storedRooms(room), options);
  }

  disconnect(options?: RemoteOptions): Promise<void> {
    return this.#act('disconnect', [], options);
  }

  closeConnection(options?: RemoteOptions): Promise<void> {
    return this.#act('close', [], options);
  }

  async count(options?: RemoteOptions): Promise<number> {
    const { nsp, operations } = this.#located;
    return operations.count(nsp, this.#members(), checkLimit(options));
  }

  async sockets(options?: RemoteOptions): Promise<readonly SocketInfo[]> {
    const { nsp, operations } = this.#located;
    return operations.sockets(nsp, this.#members(), checkLimit(options));
  }

  /** Recipients, for this node and the others. */
  #members(): Members {
    return { nsp: this.#located.nsp.name, rooms: this.#rooms, except: this.#excepted };
  }

  async #act(
    action: RemoteAction,
    rooms: readonly string[],
    options: RemoteOptions | undefined,
  ): Promise<void> {
    const { nsp, operations } = this.#located;
    await operations.act(action, nsp, this.#members(), rooms, checkLimit(options));
  }
}

/** One socket of a namespace instance. */
class OneSocket extends RoomTarget implements SocketTarget {
  readonly #located: Located;
  readonly #id: string;

  constructor(located: Located, id: string) {
    super(located, [socketRoom(id)]);
    this.#located = located;
    this.#id = id;
  }

  async call(event: string, payload?: unknown, options?: CallOptions): Promise<unknown> {
    const timeoutMs = checkTimeout(options);
    const { nsp, outgoing, operations } = this.#located;
    const args = argumentsOf(outgoing, event, payload);
    const answer = await operations.call(nsp, this.#id, event, args, { timeoutMs });
    return outgoing === null ? answer : outgoing.acceptAnswer(event, answer);
  }
}

/** Everyone in a namespace instance, or everyone but one. */
export class Broadcast extends RoomTarget implements BroadcastTarget {
  readonly #located: Located;
  readonly #withoutSender: readonly string[];

  constructor(located: Located, withoutSender: readonly string[] = []) {
    super(located, [], withoutSender);
    this.#located = located;
    this.#withoutSender = withoutSender;
  }

  user(id: string): Target {
    return new RoomTarget(this.#located, [userRoom(id)], this.#withoutSender);
  }
}

/** Everyone in a namespace instance, and each by its id. */
export class WholeNamespace extends Broadcast implements NamespaceTarget {
  readonly #located: Located;

  constructor(located: Located) {
    super(located);
    this.#located = located;
  }

  socket(id: string): SocketTarget {
    return new OneSocket(this.#located, id);
  }

  async serverSideEmit(event: string, payload?: unknown, options?: CallOptions): Promise<ServerSideResult> {
    return this.#located.operations.serverSideEmit(this.#located.nsp.name, event, payload, options);
  }
}

/** With what the contract says about the question. */
function argumentsOf(outgoing: OutgoingContract | null, event: string, payload: unknown): readonly unknown[] {
  // Left out here, too: on the way to another node `undefined` would become null.
  return sentArguments(outgoing === null ? [payload] : outgoing.callArguments(event, payload));
}

function checkLimit(options: RemoteOptions | undefined): RemoteOptions | undefined {
  if (options?.timeoutMs !== undefined) checkTimeout({ timeoutMs: options.timeoutMs });
  return options;
}

/**
 * Returns the time limit of a call in milliseconds.
 *
 * @throws {RangeError} when it is no number of milliseconds that a timer can wait
 */
export function checkTimeout({ timeoutMs = DEFAULT_TIMEOUT_MS }: CallOptions = {}): number {
  return checkTimeoutMs(timeoutMs);
}
