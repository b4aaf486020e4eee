import { describe, it } from '@jest/globals';
import { RandomPackets } from './random-packets.js';
import { hostileWorld, LIMIT_MS, TRANSPORTS } from './world.js';

const PACKETS = Number(process.env['HOSTILE_PACKETS'] ?? 5_000);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 1);
const BATCH = 20;
const BATCHES_PER_CONNECTION = 10;
const NAMESPACES = ['/answers', '/steps', '/raw', '/hooks', '/team/a', '/emits', '/asks', '/shared'];

const world = hostileWorld();

describe.each(TRANSPORTS)('the process survives random packets over %s', (transport) => {
  it(
    `${PACKETS} of them, from the seed ${SEED}`,
    async () => {
      const random = new RandomPackets(SEED);
      for (let sent = 0; sent < PACKETS; ) {
        const client = await world.client(transport, '/');
        client.packet(...NAMESPACES.map((namespace) => `0${namespace},{"kind":"ok"}`));
        for (let i = 0; i < BATCHES_PER_CONNECTION && !client.wire.isClosed; i++) {
          const batch = Array.from({ length: BATCH }, () => random.next());
          client.packet(...batch.flat(), '299999["ping"]');
          sent += BATCH;
          const answered = client.waitFor(
            ({ text }) => text.startsWith('4399999['),
            'an answer',
            client.frames.length,
          );
          // It hangs up where packets break the protocol.
          await Promise.race([answered.catch(() => {}), client.ended()]);
        }
        client.wire.hangUp();
      }
    },
    LIMIT_MS + PACKETS,
  );
});
