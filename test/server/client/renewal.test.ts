import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { connect } from '../../../src/client/index.js';
import { defineContract, gatewayFor, type Handshake } from '../../../src/index.js';
import { createTestApp, describeMatrix } from '../../../src/testing/index.js';
import { deferred } from '../../support/deferred.js';
import { within } from '../../support/within.js';

const hall = defineContract('/hall', { clientToServer: { version: {} } });
let issued = 0;
let third = deferred();
let gone = deferred();

/** Tokens that last for three seconds. */
const Hall = gatewayFor(hall, {
  auth: ({ auth: { version } }: Handshake) => ({
    user: { id: 'ann', version: Number(version) },
    expiresAt: new Date(Date.now() + 3_000),
  }),
});

@Hall.Gateway()
class HallGateway {
  @Hall.OnEvent('version') version(_: undefined, ctx: { readonly user: { readonly version: number } }) {
    return ctx.user.version as never;
  }
  @Hall.OnDisconnect() leave() {
    gone.resolve();
  }
}

describeMatrix('a client whose identity ends', (cell) => {
  const start = async (auth: object | (() => object | Promise<object>)) => {
    issued = 0;
    third = deferred();
    gone = deferred();
    const test = await createTestApp(HallGateway, cell);
    const client = connect(hall, test.url, { auth, socket: { transports: [cell.transport] } } as never);
    return { test, client };
  };
  const issue = async () => {
    issued++;
    if (issued === 3) third.resolve();
    return { version: issued };
  };
  // The client warns of an `exception` that nobody listens to.
  beforeEach(() => void jest.spyOn(console, 'warn').mockImplementation(() => {}));
  afterEach(() => void jest.restoreAllMocks());

  it('renews it by itself where auth is a function, on the same connection', async () => {
    const { test, client } = await start(issue);
    await using _ = test;
    expect(await client.call('version')).toBe(1);
    await within('the third token', third.promise); // the second one is in force, the first one has ended
    expect(await client.call('version')).toBeGreaterThan(1);
    expect(test.app.io.of('/hall').sockets.size).toBe(1);
    expect(test.app.io.engine.clientsCount).toBe(1);
    client.close();
  });

  it('is sent away where auth is an object, which cannot tell anything new', async () => {
    const { test, client } = await start({ version: 1 });
    await using _ = test;
    expect(await client.call('version')).toBe(1);
    await within('the client to be gone', gone.promise);
    expect(test.app.io.of('/hall').sockets.size).toBe(0);
    client.close();
  });
});
