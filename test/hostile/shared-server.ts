import { afterAll, afterEach, beforeEach, expect } from '@jest/globals';
import { RawClient } from './client/raw-client.js';
import type { TransportName } from './client/wire.js';
import { HostileServer } from './hostile-server.js';

export const TRANSPORTS: readonly TransportName[] = ['websocket', 'polling'];

/** For tests in which a connect hook waits at a gate: it may wait for as long as a busy machine takes. */
export const LONG_CONNECT_LIMIT = { HOSTILE_CONNECT_MS: '60000' } as const;

/** A server and its clients, for the tests of one `describe`. */
export interface ServerFixture {
  readonly server: HostileServer;
  /** Opens a connection and joins namespaces. */
  client(transport: TransportName, ...namespaces: string[]): Promise<RawClient>;
  /** Fails unless the server answers somebody else. */
  expectAlive(): Promise<void>;
}

/**
 * Gives the tests of a `describe` a server process. After each of them it has to be alive, to answer, and to have
 * written nothing to standard error, where Node reports what nobody caught.
 */
export function serverFixture(env: Readonly<Record<string, string>> = {}): ServerFixture {
  let server: HostileServer | null = null;
  let cannotStart: unknown = null;
  const clients: RawClient[] = [];

  const running = (): HostileServer => {
    if (server === null) throw new Error('there is no server between tests');
    return server;
  };
  const client: ServerFixture['client'] = async (transport, ...namespaces) => {
    const opened = await RawClient.open(running().port, transport);
    clients.push(opened);
    for (const namespace of namespaces) await opened.connect(namespace);
    return opened;
  };
  const expectAlive = async (): Promise<void> => {
    try {
      const innocent = await client('websocket', '/');
      await innocent.roundTrip('/');
      innocent.destroy();
    } catch (cause) {
      // Its last words say more than the connection that could not be made.
      await running().stop();
      throw new Error(`the server does not answer any more:\n${running().errors}`, { cause });
    }
    expect(running().errors).toBe('');
  };

  beforeEach(async () => {
    // One that a test has ended is replaced, so that the next test is about something else.
    if (server?.isAlive && server.errors === '') return;
    await server?.stop();
    if (cannotStart !== null) throw cannotStart; // once is enough for a thousand tests
    try {
      server = await HostileServer.start(env);
    } catch (error) {
      cannotStart = error;
      throw error;
    }
  });

  afterEach(async () => {
    for (const opened of clients.splice(0)) opened.destroy();
    await expectAlive();
    for (const opened of clients.splice(0)) opened.destroy();
  });

  afterAll(() => server?.stop());

  return {
    get server() {
      return running();
    },
    client,
    expectAlive,
  };
}
