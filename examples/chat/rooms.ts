import { GatewireError, inject } from 'gatewire';
import type { RoomInfo } from './chat.contract.js';
import { Chat } from './kit.js';
import { Messages } from './messages.js';
import { People } from './people.js';

const PERMANENT = ['lobby', 'help', 'off-topic'];
const LIMIT = 100;

/** Keeps which rooms there are: three for ever, and up to 97 that people made. */
export class Rooms {
  private readonly names = new Set(PERMANENT);

  constructor(
    @inject(People) private readonly people: People,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  list(): readonly RoomInfo[] {
    return [...this.names].map((room) => this.info(room));
  }

  info(room: string): RoomInfo {
    return { room, people: this.people.in(room).length };
  }

  /** @throws {GatewireError} NOT_FOUND when there is no such room */
  find(room: string): void {
    if (!this.names.has(room)) {
      throw new GatewireError('NOT_FOUND', { message: `there is no room “${room}”` });
    }
  }

  /**
   * Adds a room.
   *
   * @returns the room that had to make place: the oldest one that nobody is in; usually null
   * @throws {GatewireError} ROOM_EXISTS, or TOO_MANY_ROOMS when somebody is in each
   */
  create(room: string): string | null {
    if (this.names.has(room)) {
      throw Chat.error('ROOM_EXISTS', { room }, { message: `there is a room “${room}” already` });
    }
    const removed = this.names.size < LIMIT ? null : this.removeEmpty();
    this.names.add(room);
    return removed;
  }

  private removeEmpty(): string {
    const empty = [...this.names].find((name) => !PERMANENT.includes(name) && this.info(name).people === 0);
    if (empty === undefined) {
      const message = `there are ${LIMIT} rooms, and somebody is in each`;
      throw Chat.error('TOO_MANY_ROOMS', { limit: LIMIT }, { message });
    }
    this.names.delete(empty);
    this.messages.forget(empty);
    return empty;
  }
}
