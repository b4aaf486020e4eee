import { isThenable } from '../../base/deadline.js';
import type {
  LoadClient,
  LoadEvent,
  LoadMixEvent,
  LoadScenario,
  LoadValue,
} from '../../testing/load-scenario.js';
import type { LoadNumbers } from './settings.js';

/** What the clients of a load do. */
export interface LoadPlan extends LoadNumbers {
  /** Makes `handshake.auth` of a client; null where there is none. */
  readonly authOf: ((client: LoadClient) => unknown) | null;
  /** Events after connecting, in order. */
  readonly start: readonly PlannedEvent[];
  readonly mix: readonly PlannedEvent[];
}

/** Event that is ready to be sent. */
export interface PlannedEvent {
  readonly event: string;
  readonly weight: number;
  /** True when an acknowledgement is asked for. */
  readonly isAnswered: boolean;
  /** Makes the arguments. */
  readonly argumentsOf: (client: LoadClient) => readonly unknown[];
}

/** Makes the plan of a load: of its scenario, with numbers, auth and mix from elsewhere where there are some. */
export function planLoad(
  { auth, start = [], mix = [] }: LoadScenario,
  numbers: LoadNumbers,
  other: readonly PlannedEvent[] | null = null,
): LoadPlan {
  return {
    ...numbers,
    authOf: auth === undefined ? null : makerOf(auth),
    start: start.map(planEvent),
    mix: other ?? mix.map(planEvent),
  };
}

/** Makes one event ready to be sent. */
export function planEvent(given: LoadEvent | LoadMixEvent): PlannedEvent {
  const { event, payload, ack = true, weight = 1 } = given as LoadMixEvent;
  const value = payload === undefined ? null : makerOf(payload);
  return {
    event,
    weight,
    isAnswered: ack,
    argumentsOf: value === null ? () => [] : (client) => [notPromise(value(client))],
  };
}

function makerOf(value: LoadValue): (client: LoadClient) => unknown {
  return typeof value === 'function' ? (value as (client: LoadClient) => unknown) : () => value;
}

/** Refuses a promise, which would be sent as an empty object. */
function notPromise(payload: unknown): unknown {
  if (isThenable(payload)) throw new TypeError('its payload is a promise');
  return payload;
}

/**
 * Makes a function that draws an event of a mix by the weights.
 *
 * @param random - number from 0 to 1, without 1
 */
export function drawFrom(mix: readonly PlannedEvent[], random = Math.random): () => PlannedEvent {
  let sum = 0;
  const ends = mix.map(({ weight }) => {
    sum += weight;
    return sum;
  });
  return () => {
    const point = random() * sum;
    const index = ends.findIndex((end) => point < end);
    return mix[index === -1 ? mix.length - 1 : index] as PlannedEvent;
  };
}
