import { checkOptions, oneOf, rules } from '../base/options.js';
import { type Problems, place } from '../base/problems.js';
import { TOPIC_EVENTS } from '../base/reserved-names.js';
import { show } from '../base/show.js';
import { suggest } from '../base/suggest.js';
import type { Contract, Schema, TopicDefinition } from '../contract/contract.js';
import { PARAMETER_VALUE } from '../contract/namespace-name.js';
import type { Place } from '../errors/boot-error.js';
import type { TopicDeclaration } from '../metadata/record.js';
import { isContract, messageOf } from './contracts.js';
import { compileChain, type EventSurroundings } from './events.js';
import { compileHandler } from './handlers.js';
import type { InheritedMethod } from './inherit.js';
import { findPathFault, pathPattern, pathsOverlap } from './path-patterns.js';
import type { PublishedTopic, TopicPlan } from './types.js';

/** Longest name of a topic, in characters. */
export const MAX_TOPIC_NAME = 256;

interface KeptOptions {
  history: number;
  ttlMs: number;
  deliver: 'all' | 'latest';
  delta: boolean;
  maxEntries: number;
  scope: 'namespace' | 'app';
}

interface GivenOptions extends KeptOptions {
  payload: Schema;
  keyed: boolean;
  description: string;
  examples: readonly unknown[];
  deprecated: boolean;
}

const DEFINITION_OPTIONS = {
  payload: rules.schema,
  keyed: rules.boolean,
  description: rules.text,
  examples: rules.list,
  deprecated: rules.boolean,
};

const KEPT_OPTIONS = {
  history: {
    accepts: (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100_000,
    expected: 'a whole number from 0 to 100000',
  },
  ttlMs: rules.milliseconds,
  deliver: oneOf('all', 'latest'),
  delta: rules.boolean,
  maxEntries: rules.count,
  scope: oneOf('namespace', 'app'),
};

const PLAIN_OPTIONS = { ...DEFINITION_OPTIONS, ...KEPT_OPTIONS };

const DEFAULTS = { history: 100, ttlMs: 86_400_000, maxEntries: 10_000 };

/** Compiles the topics of one method. */
export function compileTopics(
  method: InheritedMethod,
  around: EventSurroundings,
  problems: Problems,
): readonly TopicPlan[] {
  if (method.topics.length === 0) return [];
  const handler = compileHandler(method, around.plan.target, true, problems);
  const chain = compileChain(method, around, handler, problems);
  return method.topics.flatMap((topic) => {
    const where = place(topic.at, handler.label);
    const name = readName(topic.pattern, problems, where);
    const given: Partial<GivenOptions> =
      topic.contract === null
        ? checkOptions<GivenOptions>(topic.options, PLAIN_OPTIONS, '@OnSubscribe', problems, where)
        : checkOptions<KeptOptions>(topic.options, KEPT_OPTIONS, '@OnSubscribe', problems, where);
    if (name === null) return [];
    const definition = definitionOf(topic, name) ?? (given as TopicDefinition);
    const message = messageOf(name, definition);
    const { history, ttlMs, maxEntries } = { ...DEFAULTS, ...given };
    const isKeyed = definition.keyed === true;
    if (given.maxEntries !== undefined && !isKeyed) {
      const args = {
        option: 'maxEntries',
        given: 'set without `keyed`',
        expected: '`keyed: true` beside it',
      };
      problems.add('GW_ERR_BUILD_BAD_OPTION', args, where);
    }
    return Object.freeze({
      name,
      pattern: pathPattern(name, PARAMETER_VALUE),
      payload: message.payload,
      history,
      ttlMs,
      deliver: given.deliver ?? 'all',
      delta: given.delta ?? false,
      maxEntries: isKeyed ? maxEntries : null,
      scope: given.scope ?? 'namespace',
      docs: message.docs,
      subscription: Object.freeze({
        ...chain,
        name: TOPIC_EVENTS.subscribe,
        pattern: null,
        contract: topic.contract,
        handler: Object.freeze({ ...handler, at: topic.at }),
        payload: null,
        args: null,
        ack: null,
        answersByHand: false,
        timeoutMs: around.timeoutMs,
        reply: 'envelope',
        docs: message.docs,
      }),
    } satisfies TopicPlan);
  });
}

/**
 * Checks the topics of a contract for a process that only publishes.
 *
 * @param given - how they are kept, by pattern, as the gateways say
 */
export function compilePublishedTopics(
  { definition, namespace }: Contract,
  given: Readonly<Record<string, unknown>>,
  problems: Problems,
  where: Place,
): readonly PublishedTopic[] {
  const defined = definition.topics ?? {};
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(defined, name)) continue;
    const suggestion = suggest(name, Object.keys(defined));
    problems.add('GW_ERR_BUILD_FOREIGN_TOPIC', { topic: name, namespace, suggestion }, where);
  }
  return Object.entries(defined).flatMap(([name, topic]) => {
    if (readName(name, problems, where) === null) return [];
    const of = `topic \`${name}\` of createPublisher`;
    const options = checkOptions<KeptOptions>(given[name] ?? {}, KEPT_OPTIONS, of, problems, where);
    const { history, ttlMs, maxEntries } = { ...DEFAULTS, ...options };
    return {
      name,
      pattern: pathPattern(name, PARAMETER_VALUE),
      payload: messageOf(name, topic).payload,
      history,
      ttlMs,
      maxEntries: topic.keyed === true ? maxEntries : null,
      scope: options.scope ?? 'namespace',
    };
  });
}

/** Reports topics of a namespace that have names in common. */
export function findTopicOverlaps(namespace: string, topics: readonly TopicPlan[], problems: Problems): void {
  topics.forEach((one, i) => {
    for (const other of topics.slice(i + 1)) {
      if (!pathsOverlap(one.name, other.name)) continue;
      const args = { topic: one.name, other: other.name, namespace };
      problems.add('GW_ERR_BUILD_TOPIC_OVERLAP', args, placeOf(one), placeOf(other));
    }
  });
}

/** Checks the topics of a contract, and that each has a method. */
export function checkTopicContract(
  contract: Contract | null,
  namespace: string,
  topics: readonly TopicPlan[],
  problems: Problems,
  gateways: readonly Place[],
): void {
  const defined = contract?.definition.topics ?? {};
  const where = gateways[0] ?? { location: null, label: namespace };
  for (const [name, definition] of Object.entries(defined)) {
    readName(name, problems, where);
    const of = `topic \`${name}\` of the contract of \`${namespace}\``;
    checkOptions(definition, DEFINITION_OPTIONS, of, problems, where);
    if (topics.some((topic) => topic.name === name)) continue;
    problems.add('GW_ERR_BUILD_UNHANDLED_TOPIC', { topic: name, namespace }, ...gateways);
  }
  for (const topic of topics) {
    const { contract: own } = topic.subscription;
    if (own === null || (own === contract && Object.hasOwn(defined, topic.name))) continue;
    const suggestion = suggest(topic.name, Object.keys(defined));
    problems.add('GW_ERR_BUILD_FOREIGN_TOPIC', { topic: topic.name, namespace, suggestion }, placeOf(topic));
  }
}

function readName(given: unknown, problems: Problems, where: Place): string | null {
  const fault = findFault(given);
  if (fault === null) return given as string;
  problems.add('GW_ERR_BUILD_BAD_TOPIC', { topic: show(given), reason: fault }, where);
  return null;
}

function findFault(given: unknown): string | null {
  if (typeof given !== 'string') return 'is no string';
  if (given.length > MAX_TOPIC_NAME) return `has more than ${MAX_TOPIC_NAME} characters`;
  if (given.split('/').includes('')) return 'has an empty segment';
  if (given.includes('*')) return "has a '*': a subscription is to one topic";
  return findPathFault(given);
}

/** Finds the definition of a topic in the contract of its decorator; null for the plain decorator. */
function definitionOf({ contract }: TopicDeclaration, name: string): TopicDefinition | null {
  if (!isContract(contract)) return null;
  const defined = contract.definition.topics ?? {};
  return (Object.hasOwn(defined, name) ? defined[name] : null) ?? {};
}

function placeOf({ subscription: { handler } }: TopicPlan): Place {
  return place(handler.at, handler.label);
}
