import * as z from 'zod';
import type { Person } from './chat.contract.js';

export const personName = z
  .string()
  .normalize()
  .trim()
  .min(1, 'a name is needed')
  .max(40, 'a name has 40 characters at most')
  .regex(/^[^\p{C}]*$/u, 'a name has no control characters');

interface Presence {
  readonly person: Person;
  readonly socketIds: Set<string>;
}

/** Keeps who is in which room. Somebody with several devices is there once, until the last one has left. */
export class People {
  private readonly rooms = new Map<string, Map<string, Presence>>();

  in(room: string): readonly Person[] {
    return [...(this.rooms.get(room)?.values() ?? [])].map(({ person }) => person);
  }

  /** @returns whether this is the person's first device in the room */
  enter(room: string, person: Person, socketId: string): boolean {
    const present = this.rooms.get(room) ?? new Map<string, Presence>();
    this.rooms.set(room, present);
    const presence = present.get(person.id);
    if (presence === undefined) present.set(person.id, { person, socketIds: new Set([socketId]) });
    else presence.socketIds.add(socketId);
    return presence === undefined;
  }

  /** @returns whether this was the person's last device in the room */
  leave(room: string, person: Person, socketId: string): boolean {
    const present = this.rooms.get(room);
    const presence = present?.get(person.id);
    if (!present || !presence?.socketIds.delete(socketId) || presence.socketIds.size > 0) return false;
    present.delete(person.id);
    if (present.size === 0) this.rooms.delete(room);
    return true;
  }

  /** @returns the rooms in which this was the person's last device */
  leaveAll(person: Person, socketId: string): readonly string[] {
    return [...this.rooms.keys()].filter((room) => this.leave(room, person, socketId));
  }
}
