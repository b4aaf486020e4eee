import type { BroadcastOperator, DefaultEventsMap } from 'socket.io';
import type { Target } from '../metadata/context.js';
import { storedRooms } from './rooms.js';

type Operator = Pick<BroadcastOperator<DefaultEventsMap, unknown>, 'to' | 'except' | 'volatile' | 'emit'>;

/** Socket.IO's broadcast operator, with room names that clients cannot abuse. */
export class RoomTarget implements Target {
  readonly #operator: Operator;

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  to(room: string | readonly string[]): Target {
    return new RoomTarget(this.#operator.to(storedRooms(room)));
  }

  except(room: string | readonly string[]): Target {
    return new RoomTarget(this.#operator.except(storedRooms(room)));
  }

  get volatile(): Target {
    return new RoomTarget(this.#operator.volatile);
  }

  emit(event: string, ...args: readonly unknown[]): void {
    this.#operator.emit(event, ...args);
  }
}
