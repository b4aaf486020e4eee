import { WIRE_CODES } from '../../errors/gatewire-error.js';
import { isTemplate } from '../../plan/namespace-names.js';
import type { AppPlan, NamespacePlan } from '../../plan/types.js';
import {
  type Acknowledgement,
  type DescribedNamespace,
  type Message,
  messagesOf,
  topicMessage,
} from '../messages.js';
import { identifierOf, Names, namespaceAsWritten, namespaceIdentifier, upperFirst } from '../names.js';
import { SchemaBook } from '../schema-book.js';
import { docComment, literal, TypeWriter } from './type-writer.js';

/** Writes the types that all namespaces of the form `events` share. */
export function eventsPrelude(): string {
  const codes = Object.keys(WIRE_CODES).map((code) => `  | '${code}'`);
  return `
/** Code of an error of gatewire itself. */
export type WireCode =
${codes.join('\n')};

/** Error on the wire: in a failed acknowledgement, in \`exception\`, in \`connect_error\`. */
export interface WireError<TCode extends string = string, TDetails = unknown> {
  readonly code: TCode;
  readonly message: string;
  /** Id of the error in the log of the server. */
  readonly id: string;
  readonly details?: TDetails;
  readonly retryAfterMs?: number;
}

/** Acknowledgement on the wire. \`data\` is absent when the server answered without a value. */
export type AckReply<TData, TError = WireError> =
  | { readonly ok: true; readonly data?: TData }
  | { readonly ok: false; readonly error: TError };

/** Raw acknowledgement: the value, or an error. */
export type RawReply<TData, TError = WireError> = TData | { readonly error: TError };

/** Payload of the event \`exception\`: an event that was sent without an acknowledgement has failed. */
export interface Exception<TError = WireError> {
  readonly event: string;
  readonly error: TError;
}`;
}

/** Writes the events of one namespace for `Socket<ServerToClientEvents, ClientToServerEvents>` of socket.io-client. */
export function writeEvents(namespace: DescribedNamespace, types: TypeWriter): string {
  const { prefix, errors, fromClient, fromServer, plan } = namespace;
  const name = namespaceAsWritten(plan);
  const error = errors.size === 0 ? null : `${prefix}Error`;
  const member = (message: Message): string => {
    const comment = docComment(message.docs, '  ');
    return `${comment}  ${literal(message.name)}: ${listener(message, error, types)};`;
  };
  const exception = error === null ? 'Exception' : `Exception<${error}>`;
  return [
    ...(error === null ? [] : [errorType(namespace, error, types)]),
    `${said(`Events that clients send to \`${name}\`.`)}export interface ${prefix}ClientToServerEvents {
${[...fromClient.map(member), ...openEvents(namespace)].map((line) => `${line}\n`).join('')}}`,
    `${said(`Events that \`${name}\` sends.`)}export interface ${prefix}ServerToClientEvents {
${fromServer.map((message) => `${member(message)}\n`).join('')}  exception: (exception: ${exception}) => void;
${plan.contract === null ? `  /** Without a contract the server may send any event. */\n${ANY_EVENT}\n` : ''}}`,
    ...topicTypes(namespace, types),
  ].join('\n\n');
}

/** Writes the values of topics by pattern, for clients that follow the protocol of topics themselves. */
function topicTypes({ prefix, plan, topics }: DescribedNamespace, types: TypeWriter): readonly string[] {
  if (topics.length === 0) return [];
  const members = topics.map(
    ({ name, payload, docs }) => `${docComment(docs, '  ')}  ${literal(name)}: ${types.typeOf(payload)};\n`,
  );
  const comment = said(`Values of the topics of \`${namespaceAsWritten(plan)}\`, by pattern.`);
  return [`${comment}export interface ${prefix}Topics {\n${members.join('')}}`];
}

function said(description: string): string {
  return docComment({ description, isDeprecated: false }, '');
}

function errorType({ prefix, errors }: DescribedNamespace, name: string, types: TypeWriter): string {
  const own = [...errors].map(
    ([code, details]) => `  | WireError<${literal(code)}, ${types.typeOf(details)}>\n`,
  );
  return `/** Errors of \`${prefix}ClientToServerEvents\`. A handler may throw other codes, too. */
export type ${name} =
${own.join('')}  | WireError<WireCode>;`;
}

const ANY_EVENT = '  [event: string]: (...args: any[]) => void;';
const PREFIX_PATTERN = /^\^([\w:-]+)$/;

/** Writes RegExps and the catch-all, as far as a type can express them. */
function openEvents({ plan }: DescribedNamespace): readonly string[] {
  const prefixes = plan.patterns.map(({ pattern }) =>
    pattern?.flags.replace('u', '') === '' ? PREFIX_PATTERN.exec(pattern.source)?.[1] : undefined,
  );
  if (plan.any !== null || prefixes.includes(undefined)) {
    return ['  /** A RegExp or `@OnAnyEvent` handles events with other names. */', ANY_EVENT];
  }
  return prefixes.map((prefix) => `  [event: \`${prefix}\${string}\`]: (...args: any[]) => void;`);
}

function listener({ carries, payload, ack }: Message, error: string | null, types: TypeWriter): string {
  const type = types.typeOf(payload);
  const answer = ack && `ack${ack.isOptional ? '?' : ''}: ${ackType(ack, error, types)}`;
  if (carries === 'several') {
    if (payload === null) return '(...args: any[]) => void';
    return `(...args: ${answer === null ? type : `[...args: ${type}, ${answer}]`}) => void`;
  }
  if (carries === 'unknown' && ack !== null && !ack.isOptional) {
    return `(...args: [${answer}] | [payload: unknown, ${answer}]) => void`;
  }
  const sent = carries === 'nothing' ? [] : [`payload${carries === 'unknown' ? '?' : ''}: ${type}`];
  return `(${[...sent, ...(answer === null ? [] : [answer])].join(', ')}) => void`;
}

function ackType({ shape, value }: Acknowledgement, error: string | null, types: TypeWriter): string {
  const type = types.typeOf(value);
  const own = error === null ? '' : `, ${error}`;
  if (shape === 'bare') return `(answer: ${type}) => void`;
  return `(reply: ${shape === 'raw' ? 'RawReply' : 'AckReply'}<${type}${own}>) => void`;
}

/** Writes the imports of the form `contract`. */
export function contractPrelude(): string {
  return `import type { Contract, Schema } from 'gatewire/contract';`;
}

// A gateway without a contract may send any event.
const ANY_EMIT = 'Readonly<Record<string, { readonly payload: Schema<any> }>>';

/** Writes one namespace as a contract with types and without schemas, for `connect<ChatContract>('/chat', url)`. */
export function writeContract(namespace: DescribedNamespace, types: TypeWriter): string {
  const { plan, prefix, errors, fromClient, fromServer, topics } = namespace;
  const name = plan.pattern === null || isTemplate(plan) ? literal(plan.name) : 'string';
  const members = (messages: readonly Message[]): string =>
    messages.map((message) => member(message, types)).join('');
  const details = [...errors].map(
    ([code, schema]) => `    readonly ${literal(code)}: Schema<${types.typeOf(schema)}>;\n`,
  );
  const description = `Events of \`${namespaceAsWritten(plan)}\`.`;
  return `${docComment({ description, isDeprecated: false }, '')}export type ${prefix}Contract = Contract<${name}, {
  readonly clientToServer: {
${members(fromClient)}  };
  readonly serverToClient: ${plan.contract === null ? ANY_EMIT : `{\n${members(fromServer)}  }`};
${topics.length === 0 ? '' : `  readonly topics: {\n${topics.map((topic) => topicMember(topic, plan, types)).join('')}  };\n`}${details.length === 0 ? '' : `  readonly errors: {\n${details.join('')}  };\n`}}>;`;
}

function member({ name, carries, payload, ack, docs }: Message, types: TypeWriter): string {
  const key = carries === 'several' ? 'args' : 'payload';
  const type = carries === 'several' && payload === null ? 'any[]' : types.typeOf(payload);
  const parts = [
    ...(carries === 'nothing' ? [] : [`readonly ${key}: Schema<${type}>`]),
    ...(ack === null ? [] : [`readonly ack: Schema<${types.typeOf(ack.value)}>`]),
  ];
  const event = parts.length === 0 ? 'Readonly<Record<never, never>>' : `{ ${parts.join('; ')} }`;
  return `${docComment(docs, '    ')}    readonly ${literal(name)}: ${event};\n`;
}

function topicMember({ name, payload, docs }: Message, { topics }: NamespacePlan, types: TypeWriter): string {
  const isKeyed = topics?.some((topic) => topic.name === name && topic.maxEntries !== null);
  const type = `{ readonly payload: Schema<${types.typeOf(payload)}>${isKeyed ? '; readonly keyed: true' : ''} }`;
  return `${docComment(docs, '    ')}    readonly ${literal(name)}: ${type};\n`;
}

/**
 * Form of generated types. `events` is for `Socket` of socket.io-client and imports nothing; `contract` is for `connect`
 * of gatewire/client and imports types of gatewire/contract.
 */
export type ClientTypesForm = 'events' | 'contract';

const HEADER = `// Generated by \`gatewire types\`. Changes are lost when this file is generated again.
/* eslint-disable */
`;

const RESERVED = ['wireError', 'wireCode', 'ackReply', 'rawReply', 'exception', 'contract', 'schema'];
const SUFFIXES = ['ClientToServerEvents', 'ServerToClientEvents', 'Topics', 'Error', 'Contract'];

/** Writes the types of all messages of clients and servers, as the text of a declaration file. */
export function clientTypesOf(plan: AppPlan, form: ClientTypesForm): string {
  const names = new Names();
  const ids = plan.namespaces.map((namespace) => names.take(namespaceIdentifier(namespace)));
  const book = new SchemaBook([...RESERVED, ...ids.flatMap((id) => SUFFIXES.map((suffix) => id + suffix))]);
  const types = new TypeWriter(book);
  const write = form === 'events' ? writeEvents : writeContract;
  const namespaces = plan.namespaces.map((namespace, i) => describe(namespace, ids[i] as string, book));
  const texts = namespaces.map((namespace) => write(namespace, types));
  const prelude = form === 'events' ? eventsPrelude() : contractPrelude();
  return `${[HEADER + prelude, ...texts, ...types.declarations].join('\n\n')}\n`;
}

function describe(plan: NamespacePlan, id: string, book: SchemaBook): DescribedNamespace {
  const errors = [...(plan.contract?.errors ?? [])].map(([code, schema]) => {
    const name = `${identifierOf(id, code.toLowerCase())}Details`;
    return [code, book.addOf(name, schema, 'input')] as const;
  });
  const topics = (plan.topics ?? []).map((topic) => topicMessage(topic, identifierOf(id, topic.name), book));
  return { plan, prefix: upperFirst(id), errors: new Map(errors), topics, ...messagesOf(plan, id, book) };
}
