import { WIRE_CODES } from '../../errors/wire-codes.js';
import type { Acknowledgement, Message } from '../messages.js';
import { namespaceAsWritten } from '../names.js';
import type { DescribedNamespace } from './client-types.js';
import { docComment } from './doc-comment.js';
import { literal } from './literal.js';
import type { TypeWriter } from './type-writer.js';

/** What every namespace uses. */
export function eventsPrelude(): string {
  const codes = Object.keys(WIRE_CODES).map((code) => `  | '${code}'`);
  return `
/** Codes of gatewire's own errors. */
export type WireCode =
${codes.join('\n')};

/** An error as it travels: in a failed acknowledgement, in \`exception\`, in \`connect_error\`. */
export interface WireError<TCode extends string = string, TDetails = unknown> {
  readonly code: TCode;
  readonly message: string;
  /** The same id stands in the server's log. */
  readonly id: string;
  readonly details?: TDetails;
  readonly retryAfterMs?: number;
}

/** An acknowledgement as it travels. \`data\` is absent when the server answered with nothing. */
export type AckReply<TData, TError = WireError> =
  | { readonly ok: true; readonly data?: TData }
  | { readonly ok: false; readonly error: TError };

/** A bare acknowledgement: the value, or an error. */
export type RawReply<TData, TError = WireError> = TData | { readonly error: TError };

/** What the event \`exception\` carries: an event that was sent without an acknowledgement has failed. */
export interface Exception<TError = WireError> {
  readonly event: string;
  readonly error: TError;
}`;
}

/** Writes the events of one namespace for socket.io-client's `Socket<ServerToClientEvents, ClientToServerEvents>`. */
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
${plan.contract === null ? `  /** Without a contract nobody has written down what the server sends. */\n${ANYTHING}\n` : ''}}`,
  ].join('\n\n');
}

function said(description: string): string {
  return docComment({ description, isDeprecated: false }, '');
}

function errorType({ prefix, errors }: DescribedNamespace, name: string, types: TypeWriter): string {
  const own = [...errors].map(
    ([code, details]) => `  | WireError<${literal(code)}, ${types.typeOf(details)}>\n`,
  );
  return `/** Errors of \`${prefix}ClientToServerEvents\`. A handler may throw codes that are not written down. */
export type ${name} =
${own.join('')}  | WireError<WireCode>;`;
}

const ANYTHING = '  [event: string]: (...args: any[]) => void;';
const PREFIX_PATTERN = /^\^([\w:-]+)$/;

/** RegExps and the catch-all, as far as a type can say them. */
function openEvents({ plan }: DescribedNamespace): readonly string[] {
  const prefixes = plan.patterns.map(({ pattern }) =>
    pattern?.flags.replace('u', '') === '' ? PREFIX_PATTERN.exec(pattern.source)?.[1] : undefined,
  );
  if (plan.any !== null || prefixes.includes(undefined)) {
    return ['  /** A RegExp or `@OnAnyEvent` takes events of other names. */', ANYTHING];
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
