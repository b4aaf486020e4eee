import type { Socket } from 'socket.io-client';
import { GatewireError } from '../errors/gatewire-error.js';
import { forgetAck } from './internals.js';
import { readReply } from './reply.js';
import { checkEncodable } from './sending.js';
import type { Status } from './status.js';

/** Sends an event and waits for its answer. */
export type Call = (event: string, args: readonly unknown[], timeoutMs: number) => Promise<unknown>;

interface Waiting {
  /** Whether it has not been sent yet. */
  isHeld(): boolean;
  fail(error: GatewireError): void;
}

/**
 * Makes the function behind every call of one connection. Each call has one timer and settles once: with the answer,
 * at its limit, when the connection drops, or when there will be none.
 */
export function createCalls(socket: Socket, status: Status, isRaw: boolean): Call {
  const waiting = new Set<Waiting>();
  socket.on('disconnect', (reason) => {
    // What socket.io-client still holds back goes out with the next connection; what went out is lost.
    for (const call of [...waiting]) if (!call.isHeld()) call.fail(lost(reason));
  });
  status.subscribe(() => {
    const reason = reasonAgainst(status);
    if (reason !== null) for (const call of [...waiting]) call.fail(reason);
  });

  return (event, args, timeoutMs) =>
    new Promise((resolve, reject) => {
      const reason = reasonAgainst(status);
      if (reason !== null) return reject(reason);
      const at = socket.sendBuffer.length;
      const forget = forgetAck(socket);
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(call);
      };
      const call: Waiting = {
        isHeld: () => held !== undefined && socket.sendBuffer.includes(held),
        fail(error) {
          end();
          forget();
          // Nothing that was rejected may be carried out later.
          if (call.isHeld()) socket.sendBuffer.splice(socket.sendBuffer.indexOf(held as never), 1);
          reject(error);
        },
      };
      const late = () => call.fail(tooLate(event, timeoutMs, call.isHeld() ? status : null));
      const timer = setTimeout(late, timeoutMs);
      waiting.add(call);
      let held: Socket['sendBuffer'][number] | undefined;
      try {
        checkEncodable(socket, args);
        socket.emit(event, ...args, (reply?: unknown) => {
          end();
          try {
            resolve(readReply(event, reply, isRaw));
          } catch (error) {
            reject(error);
          }
        });
        held = socket.sendBuffer[at];
      } catch (cause) {
        call.fail(new GatewireError('INVALID_PAYLOAD', { message: `\`${event}\` cannot be sent`, cause }));
      }
    });
}

/** Why a call would wait in vain; null when it would not. */
function reasonAgainst({ state, error }: Status): GatewireError | null {
  if (state === 'closed') return new GatewireError('UNAVAILABLE', { message: 'the connection is closed' });
  if (state !== 'refused') return null;
  return GatewireError.is(error)
    ? error
    : new GatewireError('UNAVAILABLE', { message: 'there is no connection', cause: error });
}

function lost(reason: string): GatewireError {
  return new GatewireError('UNAVAILABLE', {
    message: `the connection was lost before the answer: ${reason}`,
  });
}

/** @param status - of a connection that was waited for in vain; null when it was the answer */
function tooLate(event: string, timeoutMs: number, status: Status | null): GatewireError {
  const what = status === null ? `answer to \`${event}\`` : `connection for \`${event}\``;
  return new GatewireError('TIMEOUT', {
    message: `no ${what} within ${timeoutMs} ms`,
    cause: status?.error ?? undefined,
  });
}
