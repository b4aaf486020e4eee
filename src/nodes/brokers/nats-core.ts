import type { Msg } from '@nats-io/transport-node';
import type { NatsSubjectOptions } from './nats-connection.js';
import { connectTo, headersOf, letterHeaders } from './nats-connection.js';
import type { Delivery, Intake, Session } from './source.js';

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
