import type { Schema } from '../contract/contract.js';
import type {
  EventPlan,
  MessageDocs,
  MessagePlan,
  NamespacePlan,
  ReplyShape,
  TopicPlan,
} from '../plan/types.js';
import { identifierOf } from './names.js';
import type { SchemaBook, SchemaReference } from './schema-book.js';

/** Arguments of an event: none, one, several as a list, or unknown without a contract and a schema. */
export type Carries = 'nothing' | 'one' | 'several' | 'unknown';

/** Event in one direction. `TSchema` is the form in which a document has its schemas. */
export interface Message<TSchema = SchemaReference> {
  /** `message:send`, `/^job:/`, or `*` for the catch-all. */
  readonly name: string;
  readonly carries: Carries;
  /** Schema of the argument or of the list; null when it is unknown. */
  readonly payload: TSchema | null;
  /** Acknowledgement; null where the sender must not ask for one. */
  readonly ack: Acknowledgement<TSchema> | null;
  readonly docs: MessageDocs;
}

/** Answer to an event. */
export interface Acknowledgement<TSchema = SchemaReference> {
  /** `bare` is the answer of a client: one value, and never an error. */
  readonly shape: ReplyShape | 'bare';
  /** True without a contract, where clients may ask for it or not. */
  readonly isOptional: boolean;
  /** Schema of the value, without its envelope; null when it is unknown. */
  readonly value: TSchema | null;
}

/** Converts the schema of a message; null when its library exports no JSON Schema. `side` is the one that travels. */
export type ConvertSchema<TSchema> = (
  schema: Schema,
  side: 'input' | 'output',
  part: 'payload' | 'args' | 'ack',
) => TSchema | null;

/** Messages of one namespace, as far as they are declared. */
export interface NamespaceMessages {
  readonly fromClient: readonly Message[];
  /** RegExps that take events of clients. */
  readonly patterns: readonly Message[];
  /** Empty without a contract. */
  readonly fromServer: readonly Message[];
}

/** Messages of one namespace with its errors, ready to be written as types. */
export interface DescribedNamespace extends NamespaceMessages {
  readonly plan: NamespacePlan;
  /** Beginning of the names of its types. */
  readonly prefix: string;
  /** Values of topics, by pattern. */
  readonly topics: readonly Message[];
  /** Schemas of the details of the error codes in the contract. */
  readonly errors: ReadonlyMap<string, SchemaReference | null>;
}

/**
 * Collects the messages of a namespace, and adds their schemas to a book.
 *
 * @param id - identifier of the namespace, for the names of schemas
 */
export function messagesOf(namespace: NamespacePlan, id: string, book: SchemaBook): NamespaceMessages {
  const addAs = (name: string): ConvertSchema<SchemaReference> => {
    return (schema, side, part) => book.addOf(part === 'ack' ? `${name}Ack` : name, schema, side);
  };
  const collect = (event: EventPlan): Message =>
    clientMessage(event, addAs(identifierOf(id, event.name ?? event.pattern?.source ?? '') || id));
  return {
    fromClient: namespace.events.map(collect),
    patterns: namespace.patterns.map(collect),
    fromServer: (namespace.contract?.serverToClient ?? []).map((message) =>
      serverMessage(message, addAs(identifierOf(id, message.name))),
    ),
  };
}

/** Reads the message that a handler takes. It travels as the payload schema accepts it, its answer as the ack schema returns it. */
export function clientMessage<TSchema>(
  { name, pattern, payload, args, ack, contract, handler, reply, docs }: EventPlan,
  convert: ConvertSchema<TSchema>,
): Message<TSchema> {
  const isList = args !== null || handler.parameters?.some(({ source }) => source.kind === 'args');
  const unwritten = contract === null ? 'unknown' : 'nothing';
  return {
    name: name ?? (pattern === null ? '*' : String(pattern)),
    carries: isList ? 'several' : payload !== null ? 'one' : unwritten,
    payload: convertPayload({ payload, args }, convert),
    ack:
      contract !== null && ack === null
        ? null
        : {
            shape: reply,
            isOptional: contract === null && ack === null,
            value: ack && convert(ack, 'output', 'ack'),
          },
    docs,
  };
}

/** Reads the message that a server sends. It travels as its schema accepts it, and so does the answer of the client. */
export function serverMessage<TSchema>(
  { name, payload, args, ack, docs }: MessagePlan,
  convert: ConvertSchema<TSchema>,
): Message<TSchema> {
  return {
    name,
    carries: args !== null ? 'several' : payload !== null ? 'one' : 'nothing',
    payload: convertPayload({ payload, args }, convert),
    ack: ack && { shape: 'bare', isOptional: false, value: convert(ack, 'input', 'ack') },
    docs,
  };
}

/**
 * Reads the value of a topic as a message of the server, and adds its schema to a book. It travels as its schema accepts it.
 *
 * @param id - identifier of the topic, for the name of the schema
 */
export function topicMessage({ name, payload, docs }: TopicPlan, id: string, book: SchemaBook): Message {
  const carries = payload === null ? 'unknown' : 'one';
  return { name, carries, payload: payload && book.addOf(id, payload, 'input'), ack: null, docs };
}

function convertPayload<TSchema>(
  { payload, args }: Pick<MessagePlan, 'payload' | 'args'>,
  convert: ConvertSchema<TSchema>,
): TSchema | null {
  if (payload !== null) return convert(payload, 'input', 'payload');
  return args && convert(args, 'input', 'args');
}
