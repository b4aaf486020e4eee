import { describe, expect, it } from '@jest/globals';
import { consume, kafka, nats, rabbitmq, type Source } from 'gatewire/brokers';
import { BootError, type Problem } from '../../../src/index.js';

function problemsOf(source: Source, handler: unknown = () => {}, options: object = {}): readonly Problem[] {
  try {
    void consume(source, handler as () => void, options).close();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(BootError);
    return (error as BootError).problems;
  }
}

const messages = (problems: readonly Problem[]) => problems.map(({ message }) => message);

describe('consume', () => {
  it('says everything that is wrong at once', () => {
    const source = rabbitmq({ url: undefined, queue: 7, prefetch: 5 } as never);
    const options = { concurrency: 0, attempts: 1.5, payload: {}, logger: console.log, retries: 3 };
    expect(problemsOf(source, 'a handler', options).map(({ code, message }) => `${code} ${message}`)).toEqual(
      [
        'GW_ERR_BUILD_BAD_OPTION option `queue` is `7`',
        'GW_ERR_BUILD_UNKNOWN_OPTION `prefetch` is not an option of rabbitmq',
        'GW_ERR_BOOT_BROKER_URL rabbitmq was given `undefined` as its URL',
        "GW_ERR_BUILD_BAD_OPTION option `handler` is `'a handler'`",
        'GW_ERR_BUILD_BAD_OPTION option `concurrency` is `0`',
        'GW_ERR_BUILD_BAD_OPTION option `attempts` is `1.5`',
        'GW_ERR_BUILD_BAD_OPTION option `payload` is `{}`',
        'GW_ERR_BUILD_BAD_OPTION option `logger` is `log`',
        'GW_ERR_BUILD_UNKNOWN_OPTION `retries` is not an option of consume',
      ],
    );
    expect(messages(problemsOf('amqp://host' as never))).toEqual(["option `source` is `'amqp://host'`"]);
    expect(messages(problemsOf(undefined as never))).toEqual(['option `source` is `undefined`']);
  });

  it('shows no password of a wrong URL', () => {
    const [wrong] = messages(problemsOf(rabbitmq({ url: 'http://me:secret@host', queue: 'orders' })));
    expect(wrong).toBe("rabbitmq was given `'http://…@host'` as its URL");
  });

  it.each<[string, Source, readonly string[]]>([
    ['rabbitmq', rabbitmq(undefined as never), ['option `options`', 'option `queue`', 'rabbitmq was given']],
    ['nats', nats(null as never), ['option `options`', 'option `subject`', 'nats was given']],
    ['nats', nats({ url: 'nats://host', stream: 'A' } as never), ['option `durable`']],
    [
      'nats',
      nats({ url: 'nats://host', subject: 'a', durable: 'b' } as never),
      ['`durable` is not an option'],
    ],
    ['nats', nats({ url: ['nats://host', 'host'], subject: 'a' }), ["nats was given `'host'`"]],
    ['kafka', kafka({} as never), ['option `topic`', 'option `group`', 'option `brokers`']],
    [
      'kafka',
      kafka({ brokers: ['kafka://host:9092'], topic: 'a', group: 'b', sasl: { username: 'c' } } as never),
      ['option `brokers`', 'option `sasl`'],
    ],
    ...([false, 'letters', true, ''] as const).map((deadLetterTopic): [string, Source, readonly string[]] => [
      'kafka',
      kafka({ brokers: ['host:9092'], topic: 7, group: 'b', deadLetterTopic } as never),
      [
        'option `topic`',
        ...(deadLetterTopic === true || deadLetterTopic === '' ? ['option `deadLetterTopic`'] : []),
      ],
    ]),
  ])('finds wrong options of %s', (_, source, starts) => {
    const found = messages(problemsOf(source));
    expect(found.map((message, i) => message.slice(0, starts[i]?.length))).toEqual(starts);
  });
});
