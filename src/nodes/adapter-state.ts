import { type AdapterMessage, adapterChannel } from '../base/channels.js';

/** State of what connects the nodes, published on `gatewire:adapter` when it is known for the first time and whenever it changes. */
export class AdapterState {
  #state: AdapterMessage['state'] | null = null;
  #isOpen = false;

  /** @param app - identity of the application */
  constructor(private readonly app: string) {}

  /**
   * Publishes the first state; changes ahead of it, while the adapter connects, are no news.
   *
   * @param reason - why it is degraded; null when it is not
   */
  open(reason: string | null): void {
    this.#isOpen = true;
    this.change(reason);
  }

  /** Publishes the state if it has changed. */
  change(reason: string | null): void {
    const state = reason === null ? 'ok' : 'degraded';
    if (!this.#isOpen || state === this.#state) return;
    this.#state = state;
    if (!adapterChannel.hasSubscribers) return;
    const message: AdapterMessage = { app: this.app, state, ...(reason !== null && { reason }) };
    adapterChannel.publish(message);
  }
}
