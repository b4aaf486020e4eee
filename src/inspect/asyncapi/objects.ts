import { PARAMETER_VALUE } from '../../contract/namespace-name.js';
import { isTemplate } from '../../plan/namespace-names.js';
import type { NamespacePlan, TopicPlan } from '../../plan/types.js';
import type { Acknowledgement, Message } from '../messages.js';
import { namespaceAsWritten } from '../names.js';
import type { FailureSchemas } from './failures.js';

/** Address of the application for clients; the Server Object of AsyncAPI. */
export interface AsyncApiServer {
  /** Host name, with a port where needed: `chat.example.com`. */
  readonly host: string;
  /** `wss`, `ws`, or another protocol. */
  readonly protocol: string;
  /** Path of Socket.IO, such as `/socket.io/`. */
  readonly pathname?: string;
  readonly description?: string;
}

/** Options of a document: facts about the application that its plan does not contain. */
export interface AsyncApiOptions {
  readonly title: string;
  /** Version of the application, not of AsyncAPI. */
  readonly version: string;
  /** Description in CommonMark. */
  readonly description?: string;
  /** Servers by name. */
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
}

/** Part of a document: plain data that survives JSON. */
export type AsyncApiObject = Readonly<Record<string, unknown>>;

/**
 * AsyncAPI document: plain data that survives JSON.
 *
 * @source https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: Readonly<Record<string, AsyncApiServer>>;
  readonly defaultContentType: 'application/json';
  readonly channels: Readonly<Record<string, AsyncApiObject>>;
  readonly operations: Readonly<Record<string, AsyncApiObject>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiObject>>;
    readonly schemas: Readonly<Record<string, AsyncApiObject>>;
    readonly securitySchemes?: Readonly<Record<string, AsyncApiObject>>;
  };
}

const UNKNOWN_EMITS =
  'Its gateways have no contract, so events that the server sends by itself are not listed here.';

/** Writes the Channel Object of a namespace, without its messages. */
export function channelHead(
  namespace: NamespacePlan,
  patterns: readonly Message[],
  failures: FailureSchemas,
): AsyncApiObject {
  return {
    ...addressOf(namespace),
    ...(namespace.contract === null ? { description: UNKNOWN_EMITS } : null),
    'x-socket.io-namespace': namespaceAsWritten(namespace),
    'x-socket.io-connect-error': failures.error,
    ...(patterns.length > 0 ? { 'x-socket.io-patterns': patterns.map(patternOf) } : null),
    ...(namespace.any === null ? null : { 'x-socket.io-any-event': { ack: namespace.any.reply } }),
  };
}

/** Writes the Channel Object of a topic, without its message. */
export function topicHead(namespace: NamespacePlan, topic: TopicPlan): AsyncApiObject {
  const { name, maxEntries, history, ttlMs, deliver, scope, docs } = topic;
  const parameters = [...name.matchAll(/(?<=^|\/):(\w+)/g)].map(([, parameter = '']) => [
    parameter,
    { description: 'One segment of the name of the topic.' },
  ]);
  return {
    address: name.replace(/(?<=^|\/):(\w+)/g, '{$1}'),
    ...(docs.description === null ? null : { description: docs.description }),
    ...(parameters.length === 0 ? null : { parameters: Object.fromEntries(parameters) }),
    'x-socket.io-namespace': namespaceAsWritten(namespace),
    'x-gatewire-topic': {
      name,
      keyed: maxEntries !== null,
      ...(maxEntries === null ? null : { maxEntries }),
      history,
      ttlMs,
      deliver,
      scope,
    },
  };
}

/** Writes the address of a namespace. A RegExp has none, which is null in AsyncAPI. */
function addressOf(namespace: NamespacePlan): AsyncApiObject {
  const { name, pattern } = namespace;
  if (pattern === null) return { address: name };
  if (!isTemplate(namespace)) return { address: null };
  const parameters = [...name.matchAll(/:(\w+)/g)].map(([, parameter = '']) => [
    parameter,
    { description: `Matches \`${PARAMETER_VALUE}\`.`, 'x-pattern': `^${PARAMETER_VALUE}$` },
  ]);
  return { address: name.replace(/:(\w+)/g, '{$1}'), parameters: Object.fromEntries(parameters) };
}

function patternOf({ name, carries, payload, ack, docs }: Message): AsyncApiObject {
  return {
    pattern: name,
    ...(docs.description === null ? null : { description: docs.description }),
    ...(docs.isDeprecated ? { deprecated: true } : null),
    ...(carries === 'several' ? { arguments: 'several' } : null),
    ...(payload === null ? null : { payload }),
    ...(ack === null ? null : { ack: ack.shape, ...(ack.value === null ? null : { answer: ack.value }) }),
  };
}

/** Writes the Message Object of an event. */
export function messageObject({ name, carries, payload, docs }: Message): AsyncApiObject {
  const examples = docs.examples.flatMap((example) => {
    const sent = asSent(example);
    return sent === undefined ? [] : [{ payload: sent }];
  });
  return {
    name,
    ...(docs.description === null ? null : { description: docs.description }),
    ...(docs.isDeprecated ? { deprecated: true } : null),
    ...(carries === 'unknown' ? null : { 'x-socket.io-arguments': carries }),
    ...(payload === null ? null : { payload }),
    ...(examples.length === 0 ? null : { examples }),
  };
}

/** Writes the Message Object of an acknowledgement. */
export function ackObject(name: string, ack: Acknowledgement, failures: FailureSchemas): AsyncApiObject {
  return { name: `${name} (ack)`, 'x-socket.io-ack': ack.shape, payload: ackSchema(ack, failures) };
}

/** Writes the schema of an acknowledgement on the wire. */
function ackSchema({ shape, value }: Acknowledgement, { error, failure }: FailureSchemas): AsyncApiObject {
  if (shape === 'bare') return value === null ? {} : { ...value };
  const answer = value ?? {};
  if (shape === 'raw') {
    return { anyOf: [answer, { type: 'object', required: ['error'], properties: { error } }] };
  }
  // `data` is absent when the value is undefined, which JSON Schema cannot express.
  const success = { type: 'object', required: ['ok'], properties: { ok: { const: true }, data: answer } };
  return { oneOf: [success, failure] };
}

/** Converts an example to JSON; undefined when JSON cannot encode it. */
function asSent(example: unknown): unknown {
  try {
    const text = JSON.stringify(example);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a bigint or a circle
  }
}
