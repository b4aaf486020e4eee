import type { Worker } from 'node:cluster';
import type { BusMessage, RelayMessage } from './messages.js';

/** Passes on what nodes say to each other, in the primary. Broadcasts are passed on by the adapter's own half. */
export class Relay {
  readonly #nodes = new Map<string, Worker>();

  /** Listens to a node, to its end. */
  admit(worker: Worker): void {
    worker.on('message', (message: BusMessage) => {
      if (message?.type === 'gatewire:join') this.#join(worker, message.id);
      else if (message?.type === 'gatewire:bus') this.#passOn(worker, message);
    });
    worker.once('exit', () => this.#forget(worker));
  }

  #join(worker: Worker, id: string): void {
    this.#nodes.set(id, worker);
    send(worker, { type: 'gatewire:joined', nodes: this.#nodes.size });
  }

  #passOn(from: Worker, message: Extract<BusMessage, { type: 'gatewire:bus' }>): void {
    const { to } = message;
    const receivers = to === null ? this.#nodes.values() : [this.#nodes.get(to)];
    for (const worker of receivers) if (worker !== undefined && worker !== from) send(worker, message);
  }

  #forget(worker: Worker): void {
    const ids = [...this.#nodes].flatMap(([id, one]) => (one === worker ? id : []));
    for (const id of ids) this.#nodes.delete(id);
    for (const id of ids) {
      for (const other of this.#nodes.values()) send(other, { type: 'gatewire:left', id });
    }
  }
}

/** A node may end at any moment; its own listeners say so. */
function send(worker: Worker, message: BusMessage | RelayMessage): void {
  worker.send(message, undefined, undefined, () => {});
}
