/**
 * Nothing more of a contract whose schemas JSON can satisfy; of another one, each event that cannot be sent has to be the
 * text that says what to write.
 */
export type Sendable<TDefinition> = [ClientFault<TDefinition> | ServerFault<TDefinition>] extends [never]
  ? unknown
  : {
      readonly clientToServer?: { readonly [TEvent in ClientFault<TDefinition>]: Text };
      readonly serverToClient?: { readonly [TEvent in ServerFault<TDefinition>]: Text };
    };

type Text =
  'JSON has no Date, Map, Set or BigInt: take a string or an array, by a codec of the schema library';

/** Events that clients cannot send, or whose answers the server cannot. */
type ClientFault<TDefinition> = TDefinition extends { readonly clientToServer: infer TEvents }
  ? {
      [TEvent in keyof TEvents]: [Fault<Sent<TEvents[TEvent]>, Unsendable | Date>] extends [never]
        ? [Fault<Answer<TEvents[TEvent], 'output'>, Unsendable>] extends [never]
          ? never
          : TEvent
        : TEvent;
    }[keyof TEvents]
  : never;

/** Events that the server cannot send, or whose answers clients cannot. */
type ServerFault<TDefinition> = TDefinition extends { readonly serverToClient: infer TEvents }
  ? {
      [TEvent in keyof TEvents]: [Fault<Sent<TEvents[TEvent]>, Unsendable>] extends [never]
        ? [Fault<Answer<TEvents[TEvent], 'input'>, Unsendable | Date>] extends [never]
          ? never
          : TEvent
        : TEvent;
    }[keyof TEvents]
  : never;

type Sent<TEvent> = TEvent extends { readonly payload: infer TSchema }
  ? Side<TSchema, 'input'>
  : TEvent extends { readonly args: infer TSchema }
    ? Side<TSchema, 'input'>
    : undefined;

/** What is sent of an answer: what its schema has made of it on the server, or takes from a client. */
type Answer<TEvent, TSide extends 'input' | 'output'> = TEvent extends { readonly ack: infer TSchema }
  ? Side<TSchema, TSide>
  : undefined;

// By its members, as inference of the two types costs the compiler several times as much.
type Side<TSchema, TSide extends 'input' | 'output'> = TSchema extends {
  readonly '~standard': { readonly types?: infer TTypes };
}
  ? NonNullable<TTypes>[TSide & keyof NonNullable<TTypes>]
  : undefined;

type Unsendable = ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | bigint;

/** Deep enough for payloads, and an end for types that contain themselves. */
type Depth = [0, 0, 0, 0, 0];

/** A kind that some part of every value of a type is of; never when JSON can satisfy the type. */
// Most payloads are settled by the first two lines, which are cheap for the compiler.
type Fault<TValue, TKinds, TLeft extends readonly 0[] = Depth> = [TValue] extends [Plain]
  ? never
  : [TValue] extends [Readonly<Record<string, Plain>>]
    ? never
    : unknown extends TValue
      ? never
      : // One form that JSON can have is enough.
        true extends IsSendable<NonNullable<TValue>, TKinds, TLeft>
        ? never
        : true;

type Plain = string | number | boolean | null | undefined;

type IsSendable<TValue, TKinds, TLeft extends readonly 0[]> = TValue extends TKinds
  ? false
  : TValue extends Plain | ArrayBuffer | ArrayBufferView | Blob | Date
    ? true
    : TLeft extends readonly [0, ...infer TRest extends readonly 0[]]
      ? [
          { [TKey in keyof TValue]-?: Fault<TValue[TKey], TKinds, TRest> }[TValue extends readonly unknown[]
            ? number & keyof TValue
            : keyof TValue],
        ] extends [never]
        ? true
        : false
      : true;
