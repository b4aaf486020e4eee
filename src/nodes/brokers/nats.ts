import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { Problems } from '../../base/problems.js';
import { openCore } from './nats-core.js';
import { openJetStream } from './nats-jetstream.js';
import type { Source } from './source.js';
import {
  type BrokerTls,
  checkInstalled,
  checkRequired,
  checkUrl,
  fromRule,
  nameRule,
  whereIs,
} from './source-options.js';

/** What both ways to use NATS need. */
interface NatsConnectionOptions {
  /** `nats://user:password@host:4222`, `nats://token@host:4222`, or `tls://` for TLS; several for a cluster. */
  readonly url: string | readonly string[] | undefined;
  /** Certificates beside `tls://`. */
  readonly tls?: BrokerTls;
  /** Subject for messages that are given up. Without it they are thrown away, counted and logged. */
  readonly deadLetterSubject?: string;
}

/** A durable consumer of a JetStream stream: messages wait while nobody is there, and are acknowledged. */
export interface JetStreamOptions extends NatsConnectionOptions {
  /** Name of the stream, which has to be there. */
  readonly stream: string;
  /** Name of the durable consumer: processes with the same one share the messages. It is made when there is none. */
  readonly durable: string;
  /** Only messages of this subject, which may have wildcards; for a consumer that is made. */
  readonly subject?: string;
  /**
   * Where a consumer that is made begins.
   * @default 'new'
   */
  readonly from?: 'new' | 'beginning';
}

/** A subject of core NATS, without any acknowledgement: what is sent while nobody listens is gone. */
export interface NatsSubjectOptions extends NatsConnectionOptions {
  /** The subject, which may have wildcards. */
  readonly subject: string;
  /** Processes with the same queue group share the messages; without one, each gets all of them. */
  readonly queueGroup?: string;
}

/** Options of `nats`. */
export type NatsOptions = JetStreamOptions | NatsSubjectOptions;

const CONNECTION: Readonly<Record<keyof NatsConnectionOptions, OptionRule>> = {
  url: rules.any, // has a sentence of its own
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
 * Messages of NATS. With `stream` and `durable` they come from JetStream, at least once. With `subject` alone they come
 * from core NATS, at most once: what is sent while no process listens, or while one is killed, is lost.
 * It needs the package `@nats-io/transport-node`, and for JetStream `@nats-io/jetstream`.
 *
 * @param options - where NATS is, and what to take from it
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
  checkInstalled('nats', packages, problems);
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
