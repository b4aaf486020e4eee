import { encodeMessage } from '../../runtime/cluster/codec.js';
import type { AdapterHost, NodeBus } from '../../runtime/cluster/node-adapter.js';
import type { BusMessage, RelayMessage } from './messages.js';
import type { Channel } from './primary-channel.js';

type Of<TMessage extends { readonly type: string }, TType extends TMessage['type']> = Extract<
  TMessage,
  { readonly type: TType }
>;

/** What the primary gets to say how many nodes there are. */
const COUNT_MS = 1_000;

/** The messages of nodes to each other, through their primary. */
export class ChannelBus implements NodeBus {
  readonly #count: Promise<number | null>;

  constructor(
    private readonly channel: Channel,
    host: AdapterHost,
  ) {
    channel.on('gatewire:bus', ({ text }: Of<BusMessage, 'gatewire:bus'>) => host.receive(text));
    // The primary sees a process end: who asked it something need not wait.
    channel.on('gatewire:left', ({ id }: Of<RelayMessage, 'gatewire:left'>) =>
      host.receive(encodeMessage({ t: 'bye', from: id, name: '' })),
    );
    this.#count = new Promise((resolve) => {
      const timer = setTimeout(resolve, COUNT_MS, null);
      channel.on('gatewire:joined', ({ nodes }: Of<RelayMessage, 'gatewire:joined'>) => {
        clearTimeout(timer);
        resolve(nodes);
      });
    });
    this.#say({ type: 'gatewire:join', id: host.nodeId }, 0);
  }

  get isOpen(): boolean {
    return this.channel.isOpen;
  }

  send(text: string, to: string | null): boolean {
    return this.#say({ type: 'gatewire:bus', to, text }, text.length);
  }

  nodes(): Promise<number | null> {
    return this.#count;
  }

  #say(message: BusMessage, bytes: number): boolean {
    return this.channel.send(message, bytes);
  }
}
