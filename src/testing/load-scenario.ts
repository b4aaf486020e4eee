/** Client of `gatewire load`, as the functions of a scenario see it. */
export interface LoadClient {
  /** Number of the client, from 0. */
  readonly index: number;
  /** Number of events that the client has sent so far, those of `start` included. */
  readonly sent: number;
}

/** Value, or a function that returns the value for one client and one moment. */
export type LoadValue = ((client: LoadClient) => unknown) | object | string | number | boolean | null;

/** Event that the clients of a load send. */
export interface LoadEvent {
  /** Name of the event. */
  readonly event: string;
  /** Payload, or a function that makes the payload of each event. Without it the event carries nothing. */
  readonly payload?: LoadValue;
  /**
   * Whether the client asks for an acknowledgement, whose latency is measured.
   *
   * @default true
   */
  readonly ack?: boolean;
}

/** Event of the mix of a load. */
export interface LoadMixEvent extends LoadEvent {
  /**
   * How often the event is sent in comparison with the others of the mix, from 0.001 to 1,000,000.
   *
   * @default 1
   */
  readonly weight?: number;
}

/**
 * What the clients of `gatewire load --scenario FILE` do: the default export of the file. Options of the command line
 * override it.
 *
 * @example
 * import type { LoadScenario } from 'gatewire/testing';
 *
 * export default {
 *   clients: 200,
 *   ramp: 10,
 *   seconds: 60,
 *   start: [{ event: 'room:join', payload: ({ index }) => ({ room: `room-${index % 20}` }) }],
 *   mix: [{ event: 'message:send', payload: ({ index }) => ({ room: `room-${index % 20}`, text: 'hello' }) }],
 * } satisfies LoadScenario;
 */
export interface LoadScenario {
  /**
   * Number of clients, from 1 to 20,000.
   *
   * @default 10
   */
  readonly clients?: number;
  /**
   * Seconds over which the clients connect.
   *
   * @default 1
   */
  readonly ramp?: number;
  /**
   * Seconds of load after the ramp.
   *
   * @default 10
   */
  readonly seconds?: number;
  /**
   * Events that each client sends in a second, from 0.001 to 1,000.
   *
   * @default 1
   */
  readonly rate?: number;
  /** `handshake.auth`, or a function that makes that of a client, or a promise of it, each time the client connects. */
  readonly auth?: ((client: LoadClient) => object | Promise<object>) | object;
  /** Events that each client sends in this order when it has connected, and again after it has reconnected. */
  readonly start?: readonly LoadEvent[];
  /** Events that the clients send at their rate, drawn by their weights. Without it the clients only stay connected. */
  readonly mix?: readonly LoadMixEvent[];
  /**
   * Times a minute at which each client leaves and connects again, from 0 to 60.
   *
   * @default 0
   */
  readonly reconnects?: number;
}
