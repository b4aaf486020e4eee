import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { redisAdapter } from 'gatewire/redis';
import {
  type ConnectContext,
  Emitter,
  type EventContext,
  Gateway,
  OnConnect,
  OnEvent,
} from '../../src/index.js';
import { createTestApp, type TestApp } from '../../src/testing/index.js';
import { Cable } from '../support/cable.js';
import { RedisServer } from '../support/redis-server.js';
import { MODES } from './redis-node.js';

@Gateway('/team/:team')
class Team {
  @OnConnect() greet(ctx: ConnectContext): void {
    ctx.emit('hello');
  }
  @OnEvent('join') async join(room: string, ctx: EventContext): Promise<void> {
    await ctx.join(room);
  }
}

let redis: RedisServer;
const open: TestApp[] = [];
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.close()));
});
afterAll(() => redis.stop());

// A subscription of a node far from Redis is on its way for 100 ms; what another node sends takes none of that.
describe.each(MODES)('a node that is far from Redis, over %s', (mode) => {
  it('lets a join return, and a client in, when nothing that is sent from then on can be missed', async () => {
    const cable = await Cable.to(redis.port);
    const prefix = `joins.${mode}`;
    const start = async (url: string) => {
      const test = await createTestApp(Team, { adapter: redisAdapter({ url, mode, prefix }) });
      open.push(test);
      return test;
    };
    const near = await start(redis.url);
    const far = await start(cable.url(redis));
    cable.delayMs = 100;
    const team = near.app.get(Emitter).namespace('/team/:team', { team: '7' });
    for (let n = 0; n < 5; n++) {
      const ann = await far.client.connect('/team/7');
      await ann.next('hello');
      team.emit('said', 'to the namespace');
      expect(await ann.next('said')).toBe('to the namespace');
      await ann.call('join', `room ${n}`);
      team.to(`room ${n}`).emit('said', 'to the room');
      expect(await ann.next('said')).toBe('to the room');
      await ann.close();
    }
    cable.delayMs = 0;
  });
});
