import type { Schema } from '../contract/schema.js';
import type { EventPlan, MessageDocs, MessagePlan, NamespacePlan, ReplyShape } from '../plan/types.js';
import { identifierOf } from './names.js';
import type { SchemaBook, SchemaReference } from './schema-book.js';

/** One event in one direction, with the schemas of what travels. */
export interface Message {
  /** `message:send`, or `/^job:/`. */
  readonly name: string;
  /** What goes along: nothing, one argument, several as one list, or what nobody has written down. */
  readonly carries: 'nothing' | 'one' | 'several' | 'unknown';
  /** Of the argument or of the list; null when it is not known. */
  readonly payload: SchemaReference | null;
  /** Null where the sender asks for no acknowledgement. */
  readonly ack: Acknowledgement | null;
  readonly docs: MessageDocs;
}

/** What comes back for an event. */
export interface Acknowledgement {
  /** `bare` is a client's answer: one value, and never an error. */
  readonly shape: ReplyShape | 'bare';
  /** Whether clients have to ask for it; without a contract they do as they like. */
  readonly isOptional: boolean;
  /** Of the value, without what is around it; null when it is not known. */
  readonly value: SchemaReference | null;
}

/** Everything that travels in one namespace, as far as it is written down. */
export interface NamespaceMessages {
  readonly fromClient: readonly Message[];
  /** RegExps that take events of clients. */
  readonly patterns: readonly Message[];
  /** Empty without a contract. */
  readonly fromServer: readonly Message[];
}

/**
 * Collects what travels in a namespace.
 *
 * @param id - an identifier of the namespace, for the names of schemas
 * @param book - where the schemas go
 */
export function messagesOf(namespace: NamespacePlan, id: string, book: SchemaBook): NamespaceMessages {
  const collect = (event: EventPlan): Message =>
    fromClient(event, identifierOf(id, event.name ?? event.pattern?.source ?? '') || id, book);
  return {
    fromClient: namespace.events.map(collect),
    patterns: namespace.patterns.map(collect),
    fromServer: (namespace.contract?.serverToClient ?? []).map((message) =>
      fromServer(message, identifierOf(id, message.name), book),
    ),
  };
}

/** What arrives is what the payload schema accepts; what goes back is what the ack schema delivers. */
function fromClient(event: EventPlan, id: string, book: SchemaBook): Message {
  const { name, pattern, payload, args, ack, contract, reply, docs } = event;
  const isOptional = contract === null && ack === null;
  return {
    name: name ?? String(pattern),
    carries: carriedBy(event),
    payload: add(id, payload ?? args, 'input', book),
    ack:
      contract !== null && ack === null
        ? null
        : { shape: reply, isOptional, value: add(`${id}Ack`, ack, 'output', book) },
    docs,
  };
}

function carriedBy({ payload, args, contract, handler }: EventPlan): Message['carries'] {
  if (args !== null || handler.parameters?.some(({ source }) => source.kind === 'args')) return 'several';
  if (payload !== null) return 'one';
  return contract === null ? 'unknown' : 'nothing';
}

/** Emits are checked and sent as they were, and so are the answers of clients: both are what a schema accepts. */
function fromServer({ name, payload, args, ack, docs }: MessagePlan, id: string, book: SchemaBook): Message {
  return {
    name,
    carries: args !== null ? 'several' : payload !== null ? 'one' : 'nothing',
    payload: add(id, payload ?? args, 'input', book),
    ack: ack && { shape: 'bare', isOptional: false, value: add(`${id}Ack`, ack, 'input', book) },
    docs,
  };
}

function add(
  name: string,
  schema: Schema | null,
  side: 'input' | 'output',
  book: SchemaBook,
): SchemaReference | null {
  return schema && book.addOf(name, schema, side);
}
