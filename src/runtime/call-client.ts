import type { Socket } from 'socket.io';
import { GatewireError } from '../errors/gatewire-error.js';
import { RejectedPacket } from '../transport/packet-check.js';
import { clientLeft } from './failures.js';
import { emitForAnswer } from './send.js';
import { stateOf } from './socket-state.js';

/**
 * Asks one client of this node, and settles once: with the value that it acknowledges with, with UNAVAILABLE as
 * soon as it leaves, or with TIMEOUT. A second answer, or a late one, finds nobody.
 */
export function callClient(
  app: string,
  socket: Socket,
  event: string,
  args: readonly unknown[],
  timeoutMs: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (!socket.connected) return reject(clientLeft());
    const end = (): void => {
      clearTimeout(timer);
      forgetLeaving();
      forgetAck();
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const late = () => new GatewireError('TIMEOUT', { message: 'the client did not answer in time' });
    const timer = setTimeout(() => fail(late()), timeoutMs);
    const forgetLeaving = stateOf(socket)?.whenLeaving(() => fail(clientLeft())) ?? (() => {});
    let forgetAck = (): void => {};
    try {
      forgetAck = emitForAnswer(app, socket, event, args, (answer) => {
        if (answer instanceof RejectedPacket) return fail(answer.toError());
        end();
        resolve(answer);
      });
    } catch (error) {
      fail(error);
    }
  });
}
