import {
  type ConnectArguments,
  type Connection,
  type ConnectionState,
  type ConnectOptions,
  connect,
} from '../../../src/client/index.js';
import type { Class, Contract } from '../../../src/index.js';
import { createTestApp, type MatrixCell, type TestApp } from '../../../src/testing/index.js';
import { within } from '../../support/within.js';

/** A server on a free port, and connections to it that end with the test. */
export interface SampleServer extends AsyncDisposable {
  readonly test: TestApp;
  /** As `connect`, with this server, one transport, quick reconnections, and no warnings unless asked for. */
  connect<TContract extends Contract>(
    contract: TContract | TContract['namespace'],
    options?: ConnectArguments<TContract>[1] & ConnectOptions,
  ): Connection<TContract>;
  /** Cuts every connection from the server's side; clients come back by themselves. */
  cut(): void;
}

/** Starts the server. */
export async function startSampleServer(
  gateways: Class | readonly Class[],
  cell: MatrixCell,
): Promise<SampleServer> {
  const test = await createTestApp(gateways, { transport: cell.transport });
  const rooms: Connection<Contract>[] = [];
  return {
    test,
    connect(contract, options) {
      const socket = {
        transports: [cell.transport],
        reconnectionDelay: 5,
        reconnectionDelayMax: 20,
        ...options?.socket,
      };
      const rest = [test.url, { warn: false, ...options, socket }];
      const room = connect(
        contract,
        ...(rest as unknown as ConnectArguments<NonNullable<typeof contract & Contract>>),
      );
      rooms.push(room as unknown as Connection<Contract>);
      return room as never;
    },
    cut() {
      for (const client of Object.values(connectionsOf(test))) client.close();
    },
    async [Symbol.asyncDispose]() {
      for (const room of rooms) room.close();
      await Promise.all(rooms.map(({ socket }) => engineClosed(socket.io.engine)));
      await test.close();
    },
  };
}

/** The connections of the server's engine. */
export function connectionsOf({ app }: TestApp): Readonly<Record<string, { close(): void }>> {
  return (app.io.engine as unknown as { clients: Record<string, { close(): void }> }).clients;
}

/** Over polling, closing takes requests of its own; they must not outlive the test. */
async function engineClosed(
  engine: Connection<Contract>['socket']['io']['engine'] | undefined,
): Promise<void> {
  if (engine === undefined || engine.readyState === 'closed') return;
  await within('the engine to close', new Promise<void>((resolve) => engine.once('close', () => resolve())));
}

type AnyConnection = Pick<Connection<Contract>, 'state' | 'error' | 'subscribe'>;

/** Waits until a connection is in a state. */
export function reaches(room: AnyConnection, state: ConnectionState): Promise<void> {
  const reached = new Promise<void>((resolve) => {
    const look = (): void => {
      if (room.state !== state) return;
      off();
      resolve();
    };
    const off = room.subscribe(look);
    look();
  });
  return within(() => `state ${state}, it is ${room.state} (${room.error})`, reached);
}

/** The states that a connection goes through, from now on, without repetitions. */
export function statesOf(room: AnyConnection): readonly ConnectionState[] {
  const states = [room.state];
  room.subscribe(() => {
    if (states[states.length - 1] !== room.state) states.push(room.state);
  });
  return states;
}

/** What a promise rejects with. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved with ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** The first call of a listener. */
export function first<TArguments extends readonly unknown[]>(
  listen: (listener: (...args: TArguments) => void) => unknown,
): Promise<TArguments> {
  return within('an event', new Promise((resolve) => void listen((...args) => resolve(args))));
}
