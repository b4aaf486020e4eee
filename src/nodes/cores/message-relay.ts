import type { Worker } from 'node:cluster';

/** Messages of a node to the others, by way of the primary. */
export type BusMessage =
  | { readonly type: 'gatewire:join'; readonly id: string }
  | { readonly type: 'gatewire:bus'; readonly to: string | null; readonly text: string };

/** Messages of the primary to a node, besides those that it relays. */
export type RelayMessage =
  | { readonly type: 'gatewire:joined'; readonly nodes: number }
  | { readonly type: 'gatewire:left'; readonly id: string };

/** Relays the messages of nodes to each other, in the primary. The adapter's own half relays broadcasts. */
export class MessageRelay {
  readonly #nodes = new Map<string, Worker>();

  /** Relays for a node until it ends. */
  add(worker: Worker): void {
    worker.on('message', (message: BusMessage) => {
      if (message?.type === 'gatewire:join') this.#join(worker, message.id);
      else if (message?.type === 'gatewire:bus') this.#relay(worker, message);
    });
    worker.once('exit', () => this.#remove(worker));
  }

  #join(worker: Worker, id: string): void {
    this.#nodes.set(id, worker);
    send(worker, { type: 'gatewire:joined', nodes: this.#nodes.size });
  }

  #relay(from: Worker, message: Extract<BusMessage, { type: 'gatewire:bus' }>): void {
    const { to } = message;
    const receivers = to === null ? this.#nodes.values() : [this.#nodes.get(to)];
    for (const worker of receivers) if (worker !== undefined && worker !== from) send(worker, message);
  }

  #remove(worker: Worker): void {
    const ids = [...this.#nodes].flatMap(([id, one]) => (one === worker ? id : []));
    for (const id of ids) this.#nodes.delete(id);
    for (const id of ids) {
      for (const other of this.#nodes.values()) send(other, { type: 'gatewire:left', id });
    }
  }
}

/** Sends to a node that may end at any moment: its `exit` and `error` listeners report that. */
function send(worker: Worker, message: BusMessage | RelayMessage): void {
  worker.send(message, undefined, undefined, () => {});
}
