/**
 * Contracts that server and browser share. It imports nothing of Node.
 *
 * @module gatewire/contract
 */
export type {
  ClientToServerEvents,
  ReceivedAnswer,
  ReceivedArguments,
  SentAnswer,
  SentArguments,
  ServerToClientEvents,
} from './client-events.js';
export type { InputOf, OutputOf, Schema } from './contract.js';
export {
  type AnyContract,
  type Contract,
  type ContractDefinition,
  defineContract,
  type EventDefinition,
  type Params,
  type ParamsArgument,
  type TopicDefinition,
} from './contract.js';
export type {
  ArgumentsOf,
  CallAnswer,
  CallPayload,
  ClientEvent,
  ClientToServer,
  EmitArguments,
  ErrorCodeOf,
  ErrorDetailsIn,
  HandlerAnswer,
  HandlerPayload,
  PayloadsOf,
  ServerEvent,
  ServerToClient,
} from './events.js';
export type {
  TopicName,
  TopicNamed,
  TopicPattern,
  TopicsOf,
  TopicValue,
} from './topics.js';
export type { AckReply, Exception, Serialized, WireError } from './wire.js';
