import { GatewireError, inject } from 'gatewire';
import { z } from 'zod';
import { Messages } from './messages.js';
import { People } from './people.js';

export interface RoomInfo {
  readonly room: string;
  /** How many people are in it. */
  readonly people: number;
}

export const roomName = z
  .string()
  .normalize()
  .trim()
  .toLowerCase()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,29}$/u,
    'a room name has up to 30 letters, digits, spaces and hyphens',
  );

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
   * @throws {GatewireError} CONFLICT when there is such a room, or too many that somebody is in
   */
  create(room: string): string | null {
    if (this.names.has(room)) {
      throw new GatewireError('CONFLICT', { message: `there is a room “${room}” already` });
    }
    const removed = this.names.size < LIMIT ? null : this.removeEmpty();
    this.names.add(room);
    return removed;
  }

  private removeEmpty(): string {
    const empty = [...this.names].find((name) => !PERMANENT.includes(name) && this.info(name).people === 0);
    if (empty === undefined) {
      throw new GatewireError('CONFLICT', { message: `there are ${LIMIT} rooms, and somebody is in each` });
    }
    this.names.delete(empty);
    this.messages.forget(empty);
    return empty;
  }
}
