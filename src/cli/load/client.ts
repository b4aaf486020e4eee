import type { Socket } from 'socket.io-client';
import type { LoadClient } from '../../testing/load-scenario.js';
import type { Figures } from './figures.js';
import type { LoadPlan, PlannedEvent } from './plan.js';

/** What the clients of a load share. */
export interface LoadHost {
  readonly plan: LoadPlan;
  readonly figures: Figures;
  readonly createSocket: CreateSocket;
  /** Draws the next event of the mix. */
  readonly draw: () => PlannedEvent;
  /** Called when an answer has arrived or will not arrive any more. */
  readonly onSettled: () => void;
  /** Ends the load, because a function of the scenario has thrown. */
  readonly fail: (what: string, cause: unknown) => void;
}

/**
 * Makes a socket with a connection of its own, which does not connect by itself.
 *
 * @param authOf - makes `handshake.auth`, or a promise of it, each time the socket connects; null where there is none
 * @param onFailure - called when it throws, rejects, or makes no object
 */
export type CreateSocket = (authOf: (() => unknown) | null, onFailure: (cause: unknown) => void) => Socket;

/** Time after which an answer counts as missing. */
export const ANSWER_LIMIT_MS = 10_000;
/** Events of one client that may wait for their answers. */
export const MAX_IN_FLIGHT = 100;

/** Client of a load: connects, sends at its intended times whatever the answers do, and may connect again. */
export class SimulatedClient implements LoadClient {
  sent = 0;
  inFlight = 0;
  readonly #host: LoadHost;
  #socket: Socket | null = null;
  /** Moment from which the time of connecting counts; null where socket.io-client reconnects by itself. */
  #openedAt: number | null = null;
  /** Intended time of the next event; null before the first one. */
  #nextAt: number | null = null;
  #sendTimer: NodeJS.Timeout | undefined;
  #leaveTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    readonly index: number,
    host: LoadHost,
  ) {
    this.#host = host;
  }

  /** Connects. @param intended - moment at which it should have connected */
  open(intended: number): void {
    const { plan, figures, createSocket } = this.#host;
    const { authOf } = plan;
    const socket = createSocket(authOf && (() => authOf(this)), (cause) => this.#fail('auth', cause));
    this.#socket = socket;
    this.#openedAt = intended;
    socket.on('connect', () => this.#onConnect());
    socket.on('disconnect', (reason) => {
      figures.connected--;
      if (reason !== 'io client disconnect') figures.disconnects.add(reason);
    });
    socket.on('connect_error', (error) => figures.connectErrors.add(connectErrorCode(error)));
    socket.onAny((event: string, payload: unknown) => {
      figures.received++;
      if (event === 'exception') figures.exceptions.add(errorCodeOf(payload) ?? 'without a code');
    });
    socket.connect();
    this.#planLeaving(Math.random());
  }

  /** Sends nothing more. Answers still arrive. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#sendTimer);
    clearTimeout(this.#leaveTimer);
  }

  /** Ends the connection. */
  close(): void {
    this.stop();
    this.#socket?.disconnect();
  }

  #onConnect(): void {
    const { figures } = this.#host;
    figures.connected++;
    figures.opened++;
    if (this.#openedAt !== null) figures.connecting.record(this.#openedAt, performance.now());
    this.#openedAt = null;
    this.#begin(this.#host.plan.start);
  }

  /** Sends the events of the start one after the other, each after the answer to the one before, and then the mix. */
  #begin([first, ...rest]: readonly PlannedEvent[]): void {
    if (this.#isStopped) return;
    if (first !== undefined) return this.#send(first, performance.now(), () => this.#begin(rest));
    const { plan } = this.#host;
    if (plan.mix.length === 0 || this.#nextAt !== null) return;
    this.#nextAt = performance.now() + (Math.random() * 1_000) / plan.rate;
    this.#schedule();
  }

  #schedule(): void {
    const wait = Math.max(0, (this.#nextAt ?? 0) - performance.now());
    // A timer of Node fires in the millisecond after its time, and an event must not leave too early.
    this.#sendTimer = setTimeout(() => this.#sendDue(), wait);
  }

  /** Sends all events whose time has come: a late timer makes no event fall out. */
  #sendDue(): void {
    const interval = 1_000 / this.#host.plan.rate;
    while (!this.#isStopped && this.#nextAt !== null && this.#nextAt <= performance.now()) {
      const intended = this.#nextAt;
      this.#nextAt += interval;
      this.#send(this.#host.draw(), intended);
    }
    if (!this.#isStopped) this.#schedule();
  }

  /** @param then - called after the answer, or at once where none is asked for; not called when the connection is lost */
  #send({ event, isAnswered, argumentsOf }: PlannedEvent, intended: number, then?: () => void): void {
    const { figures, onSettled } = this.#host;
    const socket = this.#socket;
    if (socket?.connected !== true) {
      figures.notConnected++;
      return;
    }
    if (isAnswered && this.inFlight >= MAX_IN_FLIGHT) {
      figures.inFlightFull++;
      return;
    }
    try {
      const args = argumentsOf(this);
      if (!isAnswered) socket.emit(event, ...args);
      else
        socket.timeout(ANSWER_LIMIT_MS).emit(event, ...args, (failure: Error | null, reply: unknown) => {
          this.inFlight--;
          if (failure === null) figures.addAnswer(event, intended, performance.now(), errorCodeOf(reply));
          else figures.addUnanswered(event, socket.connected ? 'timedOut' : 'connectionLost');
          onSettled();
          if (socket.connected) then?.();
        });
    } catch (error) {
      return this.#fail(`\`${event}\``, error);
    }
    this.sent++;
    figures.addSent(event);
    if (isAnswered) this.inFlight++;
    else then?.();
  }

  /** Ends the load: a function of the scenario throws, or its value cannot be encoded. */
  #fail(what: string, cause: unknown): void {
    this.stop();
    this.#host.fail(what, cause);
  }

  /** @param share - part of the interval that is waited; random for the first time, so that clients do not leave at once */
  #planLeaving(share: number): void {
    const { reconnects } = this.#host.plan;
    if (reconnects === 0 || this.#isStopped) return;
    this.#leaveTimer = setTimeout(
      () => {
        if (this.#socket?.connected === true) {
          this.#socket.disconnect();
          clearTimeout(this.#sendTimer);
          this.#nextAt = null;
          this.#openedAt = performance.now();
          this.#host.figures.reconnects++;
          this.#socket.connect();
        }
        this.#planLeaving(1);
      },
      (share * 60_000) / reconnects,
    );
  }
}

/** Returns the code of a failed answer of gatewire, or of `exception`; null for any other value. */
function errorCodeOf(value: unknown): string | null {
  const { ok, error } = (value ?? {}) as {
    readonly ok?: unknown;
    readonly error?: { readonly code?: unknown };
  };
  const isFailed = ok === false || (ok === undefined && typeof error?.code === 'string');
  return isFailed ? String(error?.code ?? 'without a code') : null;
}

/** Error of socket.io-client, with what the layers below it know. */
interface ConnectError extends Error {
  /** Data of a refusal: gatewire's error. */
  readonly data?: { readonly code?: unknown };
  /** An event of ws, or the status of a polling request. */
  readonly description?: number | { readonly error?: { readonly code?: unknown }; readonly message?: string };
}

/** Names the reason for which a client could not connect: a code of the server, of HTTP or of the operating system. */
export function connectErrorCode(error: Error): string {
  const { data, description, message } = error as ConnectError;
  if (typeof data?.code === 'string') return data.code;
  if (typeof description === 'number') return `HTTP ${description}`;
  const code = description?.error?.code;
  if (typeof code === 'string') return code;
  const [, status] = /server response: (\d+)/.exec(description?.message ?? '') ?? [];
  return status === undefined ? message : `HTTP ${status}`;
}
