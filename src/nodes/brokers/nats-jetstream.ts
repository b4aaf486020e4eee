import type {
  ConsumerInfo,
  ConsumerMessages,
  JetStreamClient,
  JetStreamManager,
  JsMsg,
} from '@nats-io/jetstream';
import { MAX_TIMER_MS } from '../../base/deadline.js';
import { connectTo, headersOf, type JetStreamOptions, letterHeaders } from './nats-connection.js';
import type { Delivery, Intake, Session } from './source.js';

/** Time that a request for the next message waits at the server. */
const PULL_MS = 30_000;
const ACK_WAIT_MS = 30_000;
const NS_PER_MS = 1_000_000;

/** Pulls as many messages as may be handled at the same time, and extends the time limit of slow ones. */
export async function openJetStream(options: JetStreamOptions, intake: Intake): Promise<Session> {
  const { jetstream } = await import('@nats-io/jetstream');
  const connection = await connectTo(options, intake);
  try {
    const client = jetstream(connection);
    const { config } = await ensureConsumer(await client.jetstreamManager(), options);
    const ackWaitMs = (config.ack_wait ?? ACK_WAIT_MS * NS_PER_MS) / NS_PER_MS;
    // Somebody else may have made the consumer: a timer of more than 24 days would fire at once.
    const workingMs = Math.min(ackWaitMs / 3, MAX_TIMER_MS);
    const consumer = await client.consumers.get(options.stream, options.durable);
    const requests = new Set<ConsumerMessages>();
    let isStopped = false;
    // The server delivers nothing to a request that was closed.
    const stop = async (): Promise<void> => {
      isStopped = true;
      await Promise.all([...requests].map((request) => request.close()));
    };
    const pull = async (): Promise<void> => {
      while (!isStopped) {
        const request = await consumer.fetch({ max_messages: 1, expires: PULL_MS });
        if (isStopped) return void (await request.close());
        requests.add(request);
        for await (const message of request) {
          requests.delete(request);
          const working = setInterval(() => message.working(), workingMs);
          await intake.deliver(deliveryOf(message, client, options));
          clearInterval(working);
        }
        requests.delete(request);
      }
    };
    const pulls = Array.from({ length: intake.concurrency }, () => pull().catch(intake.broken));
    return {
      stop,
      close: async () => {
        await stop();
        await connection.flush().finally(() => connection.close());
        await Promise.all(pulls);
      },
    };
  } catch (error) {
    void connection.close();
    throw error;
  }
}

/** Finds the consumer, or creates it. One that exists is used as it is, if it is a pull consumer with acknowledgements. */
async function ensureConsumer(manager: JetStreamManager, options: JetStreamOptions): Promise<ConsumerInfo> {
  const { stream, durable, subject, from = 'new' } = options;
  const { AckPolicy, DeliverPolicy, JetStreamApiCodes } = await import('@nats-io/jetstream');
  try {
    const info = await manager.consumers.info(stream, durable);
    const { ack_policy: policy, deliver_subject: pushed } = info.config;
    if (policy === AckPolicy.Explicit && pushed === undefined) return info;
  } catch (error) {
    if ((error as { code?: unknown }).code !== JetStreamApiCodes.ConsumerNotFound) throw error;
    return manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NS_PER_MS,
      deliver_policy: from === 'new' ? DeliverPolicy.New : DeliverPolicy.All,
      ...(subject !== undefined && { filter_subject: subject }),
    });
  }
  throw new Error(`the consumer \`${durable}\` is no pull consumer with explicit acknowledgements`);
}

function deliveryOf(message: JsMsg, client: JetStreamClient, options: JetStreamOptions): Delivery {
  const { data, subject, info } = message;
  const { deadLetterSubject, stream, durable } = options;
  const headers = headersOf(message.headers);
  const id = `${stream}:${info.streamSequence}`;
  return {
    body: data,
    headers,
    id,
    topic: subject,
    key: null,
    deliveries: info.deliveryCount,
    ack: async () => message.ack(),
    release: async () => message.nak(),
    giveUp: async (added) => {
      if (deadLetterSubject !== undefined) {
        const letter = { headers: await letterHeaders(headers, added), msgID: `gatewire:${durable}:${id}` };
        await client.publish(deadLetterSubject, data, letter); // resolves when a stream has it
      }
      message.term();
      return deadLetterSubject !== undefined;
    },
  };
}
