import { describe, it } from '@jest/globals';
import { HOSTILE_NAMES, HOSTILE_PACKETS } from './packets.js';
import { serverFixture, TRANSPORTS } from './shared-server.js';

const fixture = serverFixture();

describe.each(TRANSPORTS)('the process survives packets over %s', (transport) => {
  /** Sends something, and waits until the server has dealt with it: it answers, or it has hung up. */
  async function survives(
    joined: readonly string[],
    ...packets: readonly (string | Buffer)[]
  ): Promise<void> {
    const client = await fixture.client(transport, ...joined);
    client.packet(...packets);
    client.send('/', 'ping');
    client.packet('0/team/last,'); // packets that have left `/` get no other answer
    const answered = client.waitFor(
      ({ text }) => text.startsWith('43') || /^4[04]\/team\/last,/.test(text),
      'an answer',
    );
    await Promise.any([answered, client.ended()]);
    client.destroy();
  }

  it.each(HOSTILE_PACKETS)('$name', async ({ packets }) => {
    await survives(['/', '/team/a', '/hooks'], ...packets);
    await survives([], ...packets); // ahead of any CONNECT
  });

  it.each(HOSTILE_NAMES)('an event named %j', async (name) => {
    const event = JSON.stringify([name, { a: 1 }]);
    for (const namespace of ['', '/team/a,', '/hooks,', '/raw,']) {
      await survives(['/', '/team/a', '/hooks', '/raw'], `2${namespace}${event}`, `2${namespace}7${event}`);
    }
  });
});
