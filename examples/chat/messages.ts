import { randomUUID } from 'node:crypto';

export interface Message {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970, as Date.now() gives them. */
  readonly at: number;
}

const KEPT = 50;

/** Keeps the last messages in memory, for who comes in later. A restart of the server forgets them. */
export class Messages {
  private readonly kept: Message[] = [];

  add(name: string, text: string): Message {
    // Random, not counted: a page that stays open over a restart must not meet an id twice.
    const message = { id: randomUUID(), name, text, at: Date.now() };
    this.kept.push(message);
    if (this.kept.length > KEPT) this.kept.shift();
    return message;
  }

  last(): readonly Message[] {
    return this.kept;
  }
}
