import type { Contract, ContractDefinition, InputOf } from './contract.js';

type Topics = Readonly<Record<string, object>>;

/** Topics of a contract by pattern; any topic without a contract. */
export type TopicsOf<TContract extends Contract> = TContract['definition'] extends {
  readonly topics: infer TTopics extends Topics;
}
  ? TTopics
  : ContractDefinition extends TContract['definition']
    ? Topics
    : Readonly<Record<never, object>>;

/** Patterns of the topics of a contract. */
export type TopicPattern<TContract extends Contract> = keyof TopicsOf<TContract> & string;

type Segment<TSegment extends string> = TSegment extends `:${string}` ? string : TSegment;

/** Names that a pattern stands for: `prices/${string}` for `prices/:symbol`. */
export type NamesOf<TPattern extends string> = TPattern extends `${infer TSegment}/${infer TRest}`
  ? `${Segment<TSegment>}/${NamesOf<TRest>}`
  : Segment<TPattern>;

/** Names of the topics of a contract. */
export type TopicName<TContract extends Contract> = NamesOf<TopicPattern<TContract>>;

/** Definition of the topic with a name. */
export type TopicNamed<TContract extends Contract, TName extends string> = {
  [TPattern in TopicPattern<TContract>]: TName extends NamesOf<TPattern>
    ? TopicsOf<TContract>[TPattern]
    : never;
}[TopicPattern<TContract>];

/** Values of a topic, as they are published. */
export type TopicValue<TTopic> = TTopic extends { readonly payload: infer TPayload }
  ? InputOf<TPayload>
  : unknown;
