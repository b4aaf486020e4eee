import { expect } from '@jest/globals';
import { SignJWT } from 'jose';
import { type EventContext, Gateway, OnEvent } from '../../../../src/index.js';
import { createTestApp } from '../../../../src/testing/index.js';
import { until } from '../../../support/until.js';
import { describePages, type Snippet, started } from './snippets.js';

const SECRET = 'of this test alone, and long enough';

/** A token of somebody with a role. */
const token = (role: string): Promise<string> =>
  new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ann')
    .setExpirationTime('5 min')
    .sign(new TextEncoder().encode(SECRET));

/** What a service of the pages is: one room is closed. */
class Messages {
  isClosed(room: string): boolean {
    return room === 'closed';
  }
  add(room: string, text: string) {
    return { id: `${room}-${text}` };
  }
}

@Gateway('/chat')
class AnyChat {
  @OnEvent('message:send') send({ room, text }: { room: string; text: string }) {
    return new Messages().add(room, text);
  }
  @OnEvent('room:leave') leave(room: string, ctx: EventContext) {
    return room === 'general' && ctx.handshake.auth['token'] === 'a token';
  }
}

/** Runs the server of a block that has server and client, and then the client. */
async function both(snippet: Snippet, instead: Record<string, string>, given = {}) {
  const env = { JWT_SECRET: SECRET };
  const test = await started(snippet.before('// the client'), { env });
  const ran = await snippet.run({ env, given, instead: { ...instead, ", ''": `, '${test.url}'` } });
  return { test, ...ran };
}

describePages('coming-from', {
  nestjs: [
    async (snippet) => {
      const { exports } = await snippet.run({ given: { Messages }, env: { JWT_SECRET: SECRET } });
      await using test = await createTestApp(exports['ChatGateway'], { providers: [Messages] });
      const as = async (role: string) => test.client.connect('/chat', { auth: { token: await token(role) } });
      const ann = await as('member');
      expect(await ann.call('message:send', { room: 'a', text: 'hi' })).toEqual({ id: 'a-hi' });
      await expect(ann.call('message:send', { room: 'closed', text: 'hi' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      const guest = await as('guest');
      await expect(guest.call('message:send', { room: 'a', text: 'hi' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    },
    async (snippet) => {
      await using test = await createTestApp(AnyChat);
      const { exports } = await snippet.run({ instead: { 'https://example.com': test.url } });
      expect(exports['reply']).toEqual({ ok: true, data: { id: 'general-hi' } });
    },
  ],
  phoenix: [
    async (snippet) => {
      const { test, exports, printed } = await both(snippet, { 'a token': await token('member') });
      await using _ = test;
      expect(printed).toEqual(['2']);
      await expect(exports['lobby'].call('message:send', { text: '' })).rejects.toMatchObject({
        code: 'EMPTY',
        details: { least: 1 },
      });
    },
  ],
  signalr: [
    async (snippet) => {
      const { test, exports, printed } = await both(snippet, {}, { token: () => token('member') });
      await using _ = test;
      expect(exports['length']).toBe(2);
      const other = await test.client.connect('/chat', { auth: { token: await token('member') } });
      exports['room'].emit('room:join', 'general');
      await exports['room'].call('message:send', 'elsewhere', 'so that the join is done');
      expect(await other.call('message:send', 'general', 'hello')).toBe(5);
      await until('it is heard', () => printed.length > 0);
      expect(printed).toEqual(['hello']);
    },
  ],
  'socket-controllers': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.call('message:send', { room: 'a', text: 'hi' })).toEqual({ id: 'a-2' });
    },
    async (snippet) => {
      await using test = await createTestApp(AnyChat);
      const { printed } = await snippet.run({ instead: { 'http://localhost:3000': test.url } });
      expect(printed).toEqual(['general-hi']);
    },
  ],
  'socket-io': [
    async (snippet) => {
      await using test = await started(snippet);
      const client = await test.client.connect();
      expect(await client.ack('message:send', { room: 'a', text: 'hi' })).toEqual([{ ok: true }]);
    },
    async (snippet) => {
      await using test = await createTestApp(AnyChat);
      const { exports } = await snippet.run({ instead: { "''": `'${test.url}'` } });
      expect(exports['left']).toBe(true);
    },
  ],
});
