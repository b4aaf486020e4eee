import { randomUUID } from 'node:crypto';
import type { ConfirmChannel, ConsumeMessage, Options } from 'amqplib';

/** What says where a message goes or how often it came, and means nothing for a dead letter. */
const OWN_HEADERS = ['CC', 'BCC', 'x-delivery-count'];

/** Puts messages into the queue for dead letters, and knows that they arrived. */
export class DeadLetters {
  readonly #returned = new Set<unknown>();

  constructor(
    private readonly channel: ConfirmChannel,
    private readonly queue: string,
  ) {
    // A message without a queue is confirmed all the same, after it was sent back.
    channel.on('return', ({ properties }) => this.#returned.add(properties.headers?.['gatewire-letter']));
  }

  keep({ content, properties }: ConsumeMessage, headers: Readonly<Record<string, string>>): Promise<void> {
    const letter = randomUUID();
    const own = Object.entries(properties.headers ?? {}).filter(([name]) => !OWN_HEADERS.includes(name));
    const { userId, expiration, ...kept } = properties as Options.Publish;
    const options: Options.Publish = {
      ...kept,
      headers: { ...Object.fromEntries(own), ...headers, 'gatewire-letter': letter },
      persistent: true,
      mandatory: true,
    };
    return new Promise((resolve, reject) => {
      this.channel.publish('', this.queue, content, options, (error: unknown) => {
        if (error) reject(error instanceof Error ? error : new Error('RabbitMQ refused the dead letter'));
        else if (this.#returned.delete(letter)) reject(new Error(`there is no queue \`${this.queue}\``));
        else resolve();
      });
    });
  }
}
