import { checkOptions, type OptionRule, rules } from '../../base/options.js';
import { missingPeers } from '../../base/peer.js';
import { Problems } from '../../base/problems.js';
import type {
  JetStreamOptions,
  NatsConnectionOptions,
  NatsOptions,
  NatsSubjectOptions,
} from './nats-connection.js';
import { openCore } from './nats-core.js';
import { openJetStream } from './nats-jetstream.js';
import type { Source } from './source.js';
import { checkRequired, checkUrl, fromRule, nameRule, whereIs } from './source-options.js';

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
