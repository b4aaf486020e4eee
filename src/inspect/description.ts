import type { ScopeName } from '../metadata/record.js';
import type { ReplyShape } from '../plan/types.js';
import type { JsonSchema } from './json-schema.js';

/** A position in a file of the application. */
export interface Position {
  /** Relative to the folder that was asked for, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A schema in words: what is known without its library. */
export interface SchemaDescription {
  /** Name of the library, such as `zod`. */
  readonly vendor: string;
  /** `{room, text?}`; null when the schema does not tell. */
  readonly shape: string | null;
  /** JSON Schema of what travels; null when the library exports none. */
  readonly schema: JsonSchema | null;
}

/** What clients send with an event. */
export interface PayloadDescription extends SchemaDescription {
  /** One argument, or the list of all. */
  readonly kind: 'payload' | 'args';
}

/** One handler with the options that hold for it. */
export interface EventDescription {
  /** `message:send`, `/^job:/` or `*`. */
  readonly name: string;
  readonly kind: 'name' | 'pattern' | 'any';
  readonly gateway: string;
  /** `ChatGateway.send`. */
  readonly handler: string;
  readonly at: Position | null;
  readonly payload: PayloadDescription | null;
  readonly ack: SchemaDescription | null;
  /** Rate limits, such as `10/s`. */
  readonly rates: readonly string[];
  /** Whether an answer may be asked for: not where a contract names none. */
  readonly isAnswered: boolean;
  readonly reply: ReplyShape;
  /** Whether the handler answers through `@Ack()` instead of by its return value. */
  readonly answersByHand: boolean;
  readonly timeoutMs: number;
}

/** One class in a namespace. */
export interface GatewayDescription {
  readonly name: string;
  readonly scope: ScopeName;
  readonly at: Position | null;
}

/** One namespace with everything in it. */
export interface NamespaceDescription {
  /** `/chat`, `/team/:team` or `/^\/room-\d+$/`. */
  readonly name: string;
  readonly kind: 'name' | 'parameters' | 'pattern';
  /** null when everybody may come in. */
  readonly auth: { readonly label: string; readonly at: Position | null } | null;
  readonly gateways: readonly GatewayDescription[];
  readonly events: readonly EventDescription[];
}

/** An application as plain data, for listings and documents. */
export interface AppDescription {
  readonly namespaces: readonly NamespaceDescription[];
  readonly totals: {
    readonly gateways: number;
    readonly events: number;
    readonly namespacesWithoutAuth: number;
  };
}
