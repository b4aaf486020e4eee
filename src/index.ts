/**
 * The server: applications, gateways, decorators, contracts, and what handlers are given.
 *
 * @module gatewire
 */
export { type App, createApp } from './app/app.js';
export type { Health, HealthOptions, HealthReport, HealthStatus } from './app/health.js';
export type { AppOptions } from './app/options.js';
export type { AppStats, NamespaceStats } from './app/stats.js';
export type { CallSite, SourceLocation } from './base/call-site.js';
export type {
  AdapterMessage,
  CallMessage,
  ChannelMessages,
  ChannelName,
  ConnectionMessage,
  EmitMessage,
  LimitMessage,
  LogMessage,
  SocketMessage,
} from './base/channels.js';
export { type Logger, type LogRecord, lineLogger } from './base/logger.js';
export type {
  ClientToServerEvents,
  ServerToClientEvents,
} from './contract/client-events.js';
export type { InputOf, OutputOf, Schema } from './contract/contract.js';
export {
  type AnyContract,
  type Contract,
  type ContractDefinition,
  defineContract,
  type EventDefinition,
  type Params,
  type ParamsArgument,
  type TopicDefinition,
} from './contract/contract.js';
export type {
  CallAnswer,
  CallPayload,
  ClientEvent,
  EmitArguments,
  ErrorCodeOf,
  ErrorDetailsIn,
  HandlerAnswer,
  HandlerPayload,
  PayloadsOf,
  ServerEvent,
} from './contract/events.js';
export type { Position } from './contract/position.js';
export type {
  TopicName,
  TopicNamed,
  TopicPattern,
  TopicsOf,
  TopicValue,
} from './contract/topics.js';
export type { AckReply, Exception, Issue, Serialized, WireError } from './contract/wire.js';
export { Gateway, type GatewayOptions } from './decorators/gateway.js';
export {
  OnAnyEvent,
  OnConnect,
  OnDisconnect,
  OnDisconnecting,
  OnEvent,
  type OnEventOptions,
  OnServerSideEmit,
} from './decorators/handlers.js';
export { inject, Scoped } from './decorators/injection.js';
export {
  Ack,
  type AckFunction,
  Args,
  ConnectedSocket,
  Ctx,
  createParamDecorator,
  Payload,
  User,
} from './decorators/parameters.js';
export { Guard, Use } from './decorators/steps.js';
export { OnSubscribe, type OnSubscribeOptions, type TopicOptions } from './decorators/topics.js';
export type { Place, Problem } from './errors/boot-error.js';
export { BootError } from './errors/boot-error.js';
export type { WireCode } from './errors/gatewire-error.js';
export { GatewireError, type GatewireErrorOptions } from './errors/gatewire-error.js';
export type { ErrorCode } from './errors/registry.js';
export type {
  AsyncApiDocument,
  AsyncApiObject,
  AsyncApiOptions,
  AsyncApiServer,
} from './inspect/asyncapi/objects.js';
export {
  type ConnectContextOf,
  type ContextOf,
  type GatewayKit,
  gatewayFor,
  type KitEventOptions,
  type TopicContextOf,
} from './kit.js';
export type {
  Auth,
  Authenticator,
  AuthMaker,
  ConnectContext,
  ContextLog,
  EventContext,
  Handshake,
  Identity,
  Register,
  RegisteredUser,
  ServerSideContext,
} from './metadata/context.js';
export { CurrentContext, Emitter } from './metadata/injectables.js';
export type { Class, ScopeName } from './metadata/record.js';
export type { Check, GuardClass, Middleware, Usable } from './metadata/steps.js';
export { guardRoom, type RoomGuard, type RoomParams } from './metadata/steps.js';
export type {
  BroadcastTarget,
  CallAllResult,
  CallOptions,
  NamespaceTarget,
  NodeReply,
  RemoteOptions,
  ServerSideResult,
  SocketInfo,
  SocketTarget,
  Target,
} from './metadata/target.js';
export { type Get, type Injectable, type Token, token } from './metadata/token.js';
export {
  type NamespaceTopics,
  type PublishOptions,
  type SetOptions,
  type TopicContext,
  type TopicEntry,
  Topics,
} from './metadata/topics.js';
export { bearer, bearerToken, type TokenOwner, type VerifyToken } from './middleware/bearer/bearer.js';
export { Concurrency, type ConcurrencyOptions } from './middleware/concurrency/concurrency.js';
export type { LimitKey } from './middleware/limit-key.js';
export { RateLimit, type RateLimitOptions } from './middleware/rate-limit/rate-limit.js';
export { type ReadRoles, type RolesCheck, type RolesOptions, roles } from './middleware/roles/roles.js';
export type { Provider, ProviderOptions } from './plan/providers.js';
export type { MapError } from './runtime/failures.js';
export type { ForeignContainer } from './runtime/injection/resolver.js';
export type { Limits } from './runtime/limits.js';
export type {
  AdapterConstructor,
  AdapterHealth,
  AdapterHost,
  NodeAdapter,
  NodeBus,
  OpenedAdapter,
} from './runtime/remote/node-adapter.js';
export {
  type Admission,
  type AdmissionOptions,
  admission,
  type WaitingClient,
} from './transport/connection-queue.js';
export {
  type AddressFilter,
  type CountryRecord,
  type IpFilterOptions,
  ipFilter,
} from './transport/ip-filter.js';
export type { OriginRule, Origins } from './transport/origins.js';
export type { TrustProxy } from './transport/proxies.js';
export type { TlsOptions } from './transport/tls.js';
