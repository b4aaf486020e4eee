import { randomUUID } from 'node:crypto';
import type { Message, Person, Room } from './chat.contract.js';

const KEPT = 50;

/** Keeps the last 50 messages of each room in memory. */
export class Messages {
  private readonly rooms = new Map<Room, readonly Message[]>();

  add(room: Room, { id, name, role }: Person, text: string): Message {
    const message = { id: randomUUID(), room, from: { id, name, role }, text, at: Date.now() };
    this.rooms.set(room, [...this.last(room), message].slice(-KEPT));
    return message;
  }

  last(room: Room): readonly Message[] {
    return this.rooms.get(room) ?? [];
  }
}
