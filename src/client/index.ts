/**
 * The typed client, for browsers and Node, over socket.io-client.
 *
 * @module gatewire/client
 */
export type { Issue } from '../contract/wire.js';
export type { WireCode } from '../errors/gatewire-error.js';
export { GatewireError, type GatewireErrorOptions } from '../errors/gatewire-error.js';
export { connect } from './connect.js';
export type {
  OpenTopic,
  PositionStore,
  ReceivedValue,
  SubscribeToTopic,
  TopicOptions,
  TopicState,
  TopicSubscription,
} from './topic-types.js';
export type {
  Api,
  AuthOption,
  Caller,
  ClientException,
  ConnectArguments,
  Connection,
  ConnectionState,
  ConnectOptions,
  SocketIoOptions,
} from './types.js';
