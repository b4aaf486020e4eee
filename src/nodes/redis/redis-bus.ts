import type { AdapterHost, NodeBus } from '../../runtime/cluster/node-adapter.js';
import type { Link } from './redis-connections.js';

/** Sends what has to keep its place among broadcasts that travel by a stream. */
export type SendInOrder = (message: string) => boolean;

/** The messages of nodes to each other: one channel for all of them, and one for each. */
export class RedisBus implements NodeBus {
  readonly #all: string;

  constructor(
    private readonly link: Link,
    host: AdapterHost,
    private readonly inOrder: SendInOrder | null,
  ) {
    const { prefix } = link.options;
    this.#all = `${prefix}:nodes`;
    const receive = (message: Buffer): void => host.receive(message.toString());
    link.subscriptions.add('channel', this.#all, receive);
    link.subscriptions.add('channel', this.#one(host.nodeId), receive);
  }

  get isOpen(): boolean {
    return this.link.pulse.isUp;
  }

  send(message: string, to: string | null, inOrder: boolean): boolean {
    if (inOrder && to === null && this.inOrder !== null) return this.inOrder(message);
    return this.link.publish('PUBLISH', to === null ? this.#all : this.#one(to), message);
  }

  async nodes(): Promise<number | null> {
    if (this.link.options.cluster !== undefined) return null; // each server counts its own subscribers
    try {
      const [, count] = (await this.link.command(['PUBSUB', 'NUMSUB', this.#all])) as [unknown, unknown];
      return Number(count) || null;
    } catch {
      return null;
    }
  }

  #one(nodeId: string): string {
    return `${this.link.options.prefix}:node:${nodeId}`;
  }
}
