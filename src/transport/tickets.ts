import type { IncomingMessage } from 'node:http';

/** Time that a client which lost its connection has to come back. */
const RETURN_MS = 30_000;
/** Form of a ticket, which the client makes at random: a UUID fits. Shorter ones could be guessed. */
const TICKET = /^[\w-]{22,64}$/;

/** Reads the ticket in the query of a handshake, `?ticket=…`; null when there is none. */
export function ticketOf({ url = '' }: IncomingMessage): string | null {
  if (!url.includes('ticket=')) return null;
  try {
    const ticket = new URL(url, 'https://socket.io').searchParams.get('ticket');
    return ticket !== null && TICKET.test(ticket) ? ticket : null;
  } catch {
    return null;
  }
}

/** Tickets of clients that have left moments ago. Each counts once, and only so many are kept. */
export class RecentTickets {
  readonly #endsAt = new Map<string, number>();

  constructor(private readonly max: number) {}

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
