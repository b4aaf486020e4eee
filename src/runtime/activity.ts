import { randomUUID } from 'node:crypto';
import type { CallMessage } from '../base/channels.js';
import type { ConnectContext } from '../metadata/context.js';
import { inputOf } from '../transport/decoder.js';
import { CallContext, SocketContext } from './context.js';
import { clientLeft, type FailurePlace } from './failures.js';
import { expired, hasExpired } from './identity.js';
import { ScopeInstances } from './injection/instances.js';
import type { Reply } from './reply.js';
import type { Activity, Call, CompiledEvent, SocketState } from './types.js';

/** Activity of a socket: its stay, or a hook. What is rarely asked for is made on demand. */
export class SocketActivity implements Activity {
  #requestId: string | null = null;
  #controller: AbortController | null = null;
  #forget: (() => void) | null = null;
  #instances: ScopeInstances | null = null;
  #ctx: ConnectContext | null = null;
  #isOver = false;
  #aborted: Error | null = null;

  constructor(readonly state: SocketState) {}

  get ctx(): ConnectContext {
    this.#ctx ??= this.createContext();
    return this.#ctx;
  }

  get requestId(): string {
    this.#requestId ??= randomUUID();
    return this.#requestId;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = new AbortController();
      this.#controller = controller;
      const { leftBecause } = this.state;
      if (this.#aborted !== null) controller.abort(this.#aborted);
      else if (leftBecause !== null) controller.abort(clientLeft(leftBecause));
      // Asked for after the end, it would keep a listener until the client leaves.
      else if (!this.#isOver) this.#forget = this.state.whenLeaving((reason) => controller.abort(reason));
    }
    return this.#controller.signal;
  }

  get instances(): ScopeInstances {
    this.#instances ??= new ScopeInstances();
    return this.#instances;
  }

  get aborted(): Error | null {
    return this.#aborted;
  }

  abort(reason: Error): void {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
  }

  failurePlace(call: string): FailurePlace {
    const { socket } = this.state;
    return { namespace: socket.nsp.name, socketId: socket.id, requestId: this.requestId, call };
  }

  release(onError: (error: unknown) => void): Promise<void> | null {
    this.#isOver = true;
    this.#forget?.();
    return this.#instances === null ? null : this.#instances.dispose(onError);
  }

  protected createContext(): ConnectContext {
    return new SocketContext(this);
  }
}

/** One event of a client, from its dispatch to its end. */
export class EventCall extends SocketActivity implements Call {
  payload: unknown;
  reply: Reply | null = null;
  timer: NodeJS.Timeout | null = null;
  isRunning = false;
  isByHand = false;
  isAnswered = false;
  giveBack: (() => void) | null = null;
  dropped: string | null = null;
  message: CallMessage | null = null;
  /** Whether the client had said goodbye by then: the event had waited for `@OnConnect`. */
  readonly #isBehindGoodbye: boolean;
  stopWaiting: (() => void) | null = null;
  #isHeld = false;

  constructor(
    state: SocketState,
    readonly event: string,
    public args: readonly unknown[],
    readonly compiled: CompiledEvent,
    private readonly bytes: number,
  ) {
    super(state);
    this.payload = args[0];
    this.#isBehindGoodbye = state.leftBecause !== null;
  }

  override get ctx(): CallContext {
    return super.ctx as CallContext;
  }

  get hasAck(): boolean {
    return this.reply !== null;
  }

  mayStart(): boolean {
    if (this.isAnswered) return false; // it ran out of time while it waited
    const { state } = this;
    if (hasExpired(state)) throw expired();
    if (state.leftBecause === null) return true;
    if (state.isOver && !this.#isBehindGoodbye) throw clientLeft(state.leftBecause);
    // Who has said goodbye is not found by `revoke`.
    state.namespace.revocations.check(state);
    return true;
  }

  whenLeaving(onLeave: (reason: Error | null) => void): () => void {
    const forget = this.state.whenLeaving(onLeave);
    this.stopWaiting = () => {
      forget();
      onLeave(null);
    };
    return () => {
      this.stopWaiting = null;
      forget();
    };
  }

  hold(): void {
    this.#isHeld = true;
    inputOf(this.state.socket.conn)?.enter(this.bytes);
  }

  letGo(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    inputOf(this.state.socket.conn)?.leave(this.bytes);
  }

  drop(code: string): undefined {
    this.dropped = code;
    return undefined;
  }

  protected override createContext(): CallContext {
    return new CallContext(this);
  }
}
