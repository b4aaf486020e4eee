import { GatewireError } from 'gatewire';
import type { Message, Person } from './chat.contract.js';

const KEPT = 50;

/** Keeps the last 50 messages of each room in memory. A restart of the server forgets them. */
export class Messages {
  private readonly rooms = new Map<string, Message[]>();

  /** @returns the message, and whether it is a new one */
  add(room: string, from: Person, id: string, text: string): { message: Message; isNew: boolean } {
    const kept = this.rooms.get(room) ?? [];
    const known = kept.find((message) => message.id === id);
    if (known && known.from.id !== from.id) {
      throw new GatewireError('CONFLICT', { message: 'somebody else has used this id' });
    }
    if (known) return { message: known, isNew: false };

    const message = { id, from, text, at: Date.now() };
    this.rooms.set(room, [...kept, message].slice(-KEPT));
    return { message, isNew: true };
  }

  last(room: string): readonly Message[] {
    return this.rooms.get(room) ?? [];
  }

  forget(room: string): void {
    this.rooms.delete(room);
  }
}
