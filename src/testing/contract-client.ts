import type { ReceivedAnswer, ReceivedArguments, SentArguments } from '../contract/client-events.js';
import type { Contract } from '../contract/contract.js';
import type { ClientEvent, ClientToServer, ServerEvent, ServerToClient } from '../contract/events.js';
import type { TestClient } from './test-client.js';

/** A test client that knows the contract of its namespace. */
export interface ContractTestClient<TContract extends Contract>
  extends Omit<TestClient, 'call' | 'emit' | 'expectNone' | 'next' | 'nextArgs'> {
  /** Sends an event and waits for its answer; see `TestClient.call`. */
  call<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: SentArguments<ClientToServer<TContract>[TEvent]>
  ): Promise<ReceivedAnswer<ClientToServer<TContract>[TEvent]>>;
  /** Sends an event without asking for an answer. */
  emit<TEvent extends ClientEvent<TContract>>(
    event: TEvent,
    ...args: SentArguments<ClientToServer<TContract>[TEvent]>
  ): void;
  /** The first argument of the next event of this name; see `TestClient.next`. */
  next<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    timeoutMs?: number,
  ): Promise<ReceivedArguments<ServerToClient<TContract>[TEvent]>[0]>;
  /** All arguments of the next event of this name. */
  nextArgs<TEvent extends ServerEvent<TContract>>(
    event: TEvent,
    timeoutMs?: number,
  ): Promise<ReceivedArguments<ServerToClient<TContract>[TEvent]>>;
  /** Fails when an event of this name has arrived and was not taken; see `TestClient.expectNone`. */
  expectNone(event: ServerEvent<TContract>): Promise<void>;
}
