import type { Msg } from '@nats-io/transport-node';
import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { missingPeers } from '../../base/peer.js';
import { Problems } from '../../base/problems.js';
import {
  connectTo,
  headersOf,
  type JetStreamOptions,
  letterHeaders,
  type NatsConnectionOptions,
  type NatsOptions,
  type NatsSubjectOptions,
} from './nats-connection.js';
import { openJetStream } from './nats-jetstream.js';
import type { Delivery, Intake, Session, Source } from './source.js';
import { checkRequired, checkUrl, fromRule, nameRule, whereIs } from './source.js';

const CONNECTION: Readonly<Record<keyof NatsConnectionOptions, OptionRule>> = {
  url: rules.any, // checked below, with another code
  tls: rules.object,
  deadLetterSubject: nameRule,
};
const JETSTREAM: Readonly<Record<keyof JetStreamOptions, OptionRule>> = {
  ...CONNECTION,
  stream: nameRule,
  durable: nameRule,
  subject: nameRule,
  from: fromRule,
};
const CORE: Readonly<Record<keyof NatsSubjectOptions, OptionRule>> = {
  ...CONNECTION,
  subject: nameRule,
  queueGroup: nameRule,
};

/**
 * Makes a source of NATS messages. With `stream` and `durable` they come from JetStream, at least once. With `subject`
 * alone they come from core NATS, at most once: messages that are sent while no process listens, or while one is killed,
 * are lost. It needs the package `@nats-io/transport-node`, and for JetStream `@nats-io/jetstream`.
 *
 * @param options - address of NATS, and the stream or subject
 * @example
 * consume(nats({ url: 'nats://127.0.0.1', stream: 'ORDERS', durable: 'live' }), ({ payload }) => show(payload));
 */
export function nats(options: NatsOptions): Source {
  const isDurable = options !== null && typeof options === 'object' && 'stream' in options;
  const problems = new Problems();
  checkOptions<JetStreamOptions & NatsSubjectOptions>(
    options,
    (isDurable ? JETSTREAM : CORE) as never,
    'nats',
    problems,
    whereIs('nats'),
  );
  checkRequired('nats', options, isDurable ? ['stream', 'durable'] : ['subject'], problems);
  for (const url of Array.isArray(options?.url) ? options.url : [options?.url])
    checkUrl('nats', url, ['nats', 'tls'], problems);
  const packages = ['@nats-io/transport-node', ...(isDurable ? ['@nats-io/jetstream'] : [])];
  problems.addAll(missingPeers(packages, 'nats', whereIs('nats')));
  return 'stream' in Object(options)
    ? {
        label: `nats ${(options as JetStreamOptions).stream}`,
        problems: problems.found,
        open: (intake) => openJetStream(options as JetStreamOptions, intake),
      }
    : {
        label: `nats ${options?.subject}`,
        problems: problems.found,
        open: (intake) => openCore(options as NatsSubjectOptions, intake),
      };
}

/** Number of messages that may wait for a handler. Core NATS does not slow down: more are dropped, and counted. */
const MAX_WAITING = 10_000;

/** Subscribes to a subject. Without acknowledgements, messages that wait here are lost when the process ends. */
export async function openCore(options: NatsSubjectOptions, intake: Intake): Promise<Session> {
  const connection = await connectTo(options, intake);
  const waiting: Msg[] = [];
  let running = 0;
  const publish: Publish = (to, data, headers) => connection.publish(to, data, { headers });
  const run = async (message: Msg): Promise<void> => {
    running++;
    await intake.deliver(deliveryOf(message, options, publish, intake.dropped));
    running--;
    const next = waiting.shift();
    if (next !== undefined) void run(next);
  };
  const { subject, queueGroup } = options;
  const subscription = connection.subscribe(subject, {
    ...(queueGroup !== undefined && { queue: queueGroup }),
    callback: (error, message) => {
      if (error !== null) intake.broken(error);
      else if (running < intake.concurrency) void run(message);
      else if (waiting.length < MAX_WAITING) waiting.push(message);
      else intake.dropped();
    },
  });
  await connection.flush(); // rejects if the server refused the subscription
  return {
    stop: async () => {
      subscription.unsubscribe();
      for (const _ of waiting.splice(0)) intake.dropped();
    },
    close: async () => {
      await connection.flush().finally(() => connection.close());
    },
  };
}

type Publish = (
  subject: string,
  data: Uint8Array,
  headers: Awaited<ReturnType<typeof letterHeaders>>,
) => void;

function deliveryOf(
  message: Msg,
  { deadLetterSubject }: NatsSubjectOptions,
  publish: Publish,
  dropped: () => void,
): Delivery {
  const { data, subject } = message;
  const headers = headersOf(message.headers);
  return {
    body: data,
    headers,
    id: headers['Nats-Msg-Id'] ?? null,
    topic: subject,
    key: null,
    deliveries: 1,
    ack: async () => {},
    release: async () => dropped(),
    giveUp: async (added) => {
      if (deadLetterSubject === undefined) return false;
      publish(deadLetterSubject, data, await letterHeaders(headers, added));
      return true;
    },
  };
}
