import { DEFAULT_TRANSPORT_LIMITS, type TransportLimits } from '../transport/transport-limits.js';

/** Bounds of an application, each an option of `createApp({ limits })`. */
export interface Limits extends TransportLimits {
  /**
   * Milliseconds that auth and connect middleware may take together.
   * @default 5000
   */
  readonly authTimeoutMs: number;
  /**
   * Milliseconds that the `@OnConnect` hooks of a namespace may take together; the disconnect hooks likewise.
   * @default 10000
   */
  readonly connectHookTimeoutMs: number;
  /**
   * Events of one socket that may wait for `@OnConnect`; more are answered with OVERLOADED.
   * @default 2000
   */
  readonly waitingEvents: number;
  /**
   * Instances of one namespace with parameters; more are refused with OVERLOADED.
   * @default 10000
   */
  readonly namespaceInstances: number;
  /**
   * Rooms that one socket may be in.
   * @default 1000
   */
  readonly roomsPerSocket: number;
  /**
   * Topics that one socket may be subscribed to.
   * @default 1000
   */
  readonly topicsPerSocket: number;
  /**
   * Bytes of the JSON of one value of a topic.
   * @default 65536
   */
  readonly topicValueBytes: number;
  /**
   * Handlers of one connection that may run at the same time, in all of its namespaces.
   * @default 64
   */
  readonly callsInFlight: number;
  /**
   * Events of one connection that may wait for a running one to end; more are answered with OVERLOADED.
   * @default 2000
   */
  readonly callsWaiting: number;
  /**
   * Milliseconds until an unfinished handler is answered for with TIMEOUT.
   * @default 30000
   */
  readonly handlerTimeoutMs: number;
  /**
   * Milliseconds that other nodes get to answer, where a call does not say otherwise.
   * @default 2000
   */
  readonly clusterTimeoutMs: number;
  /**
   * Milliseconds that `close()` waits for running calls, and again for disconnect hooks.
   * Connections get at most 2 s of it to take their last packets.
   * @default 10000
   */
  readonly closeTimeoutMs: number;
  /**
   * Milliseconds between the moment when `close()` says that this node is not ready and the one when it takes no new
   * connections: what a load balancer needs to notice.
   * @default 0
   */
  readonly closeNoticeMs: number;
  /**
   * Milliseconds over which `close()` closes connections, a batch of at least 100 after another; clients are told to
   * come back within as long.
   * @default 1000
   */
  readonly closeSpreadMs: number;
}

/** Defaults of the limits. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  ...DEFAULT_TRANSPORT_LIMITS,
  authTimeoutMs: 5_000,
  connectHookTimeoutMs: 10_000,
  waitingEvents: 2_000,
  namespaceInstances: 10_000,
  roomsPerSocket: 1_000,
  topicsPerSocket: 1_000,
  topicValueBytes: 65_536,
  callsInFlight: 64,
  callsWaiting: 2_000,
  handlerTimeoutMs: 30_000,
  clusterTimeoutMs: 2_000,
  closeTimeoutMs: 10_000,
  closeNoticeMs: 0,
  closeSpreadMs: 1_000,
});
