import type { IncomingMessage } from 'node:http';
import { queryOf } from './engineio.js';

/**
 * Time that a client which lost its connection has to come back. Clients of Socket.IO try again within 5 s each time, so
 * that some attempts may fail.
 */
const RETURN_MS = 30_000;
/** Form of a ticket, which the client makes at random: a UUID fits. Shorter ones could be guessed. */
const TICKET = /^[\w-]{22,64}$/;

/** Reads the ticket in the query of a handshake, `?ticket=…`; null when there is none. */
export function ticketOf(request: IncomingMessage): string | null {
  const { ticket } = queryOf(request);
  return ticket !== undefined && TICKET.test(ticket) ? ticket : null;
}

/** Tickets of clients that have left moments ago. Each counts once, and only so many are kept. */
export class RecentTickets {
  readonly #endsAt = new Map<string, number>();

  /** @param max - tickets that are kept */
  constructor(private readonly max: number) {}

  /** Notes that the client of a ticket has left. */
  add(ticket: string): void {
    const now = Date.now();
    // The oldest stand first, so that each is looked at once.
    for (const [old, endsAt] of this.#endsAt) {
      if (endsAt > now && this.#endsAt.size < this.max) break;
      this.#endsAt.delete(old);
    }
    this.#endsAt.delete(ticket);
    this.#endsAt.set(ticket, now + RETURN_MS);
  }

  /** Uses a ticket up; true when its client was here moments ago. */
  take(ticket: string): boolean {
    const endsAt = this.#endsAt.get(ticket);
    return endsAt !== undefined && this.#endsAt.delete(ticket) && endsAt > Date.now();
  }
}
