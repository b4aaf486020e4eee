import { within } from '../../../support/within.js';

/** Keeps what arrives until somebody asks for it. */
export class Inbox {
  private readonly waiting = new Map<string, unknown[][]>();
  private readonly readers = new Map<string, ((args: unknown[]) => void)[]>();

  push(event: string, args: unknown[]): void {
    const reader = this.readers.get(event)?.shift();
    if (reader !== undefined) return reader(args);
    this.waiting.set(event, [...(this.waiting.get(event) ?? []), args]);
  }

  next(event: string): Promise<unknown[]> {
    const args = this.waiting.get(event)?.shift();
    if (args !== undefined) return Promise.resolve(args);
    const arrival = new Promise<unknown[]>((resolve) => {
      this.readers.set(event, [...(this.readers.get(event) ?? []), resolve]);
    });
    return within(`the event ${event}`, arrival);
  }
}
