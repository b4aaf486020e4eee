import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  type ContextOf,
  defineContract,
  type EventContext,
  Gateway,
  gatewayFor,
  OnEvent,
} from '../../../src/index.js';
import { createTestApp } from '../../../src/testing/index.js';
import { compiled } from '../../support/compiled.js';
import { WAIT_MS } from '../../support/within.js';

@Gateway('/')
class Kit {
  @OnEvent('twice') twice(text: string, ctx: EventContext) {
    ctx.emit('said', text, 1);
    ctx.emit('said', text, 2);
  }
  @OnEvent('crash') crash() {
    throw new Error('unexpected');
  }
}

const room = defineContract('/room/:room', {
  clientToServer: { say: { payload: z.string(), ack: z.object({ room: z.string() }) } },
  serverToClient: { said: { payload: z.object({ text: z.string() }) } },
});
const Room = gatewayFor(room);

@Room.Gateway()
class RoomGateway {
  @Room.OnEvent('say') say(text: string, ctx: ContextOf<typeof Room>) {
    ctx.emit('said', { text });
    return { room: ctx.params.room };
  }
}

describe('the test kit', () => {
  it('keeps events until they are taken, in order', async () => {
    await using test = await createTestApp(Kit);
    const client = await test.client.connect<{ said: string }>();
    await client.call('twice', 'a');
    expect(await client.nextArgs('said')).toEqual(['a', 1]);
    expect(await client.next('said')).toBe('a');
    const later = client.next('said');
    client.emit('twice', 'b');
    expect(await later).toBe('b');
  });

  it('knows the events of a contract', async () => {
    await using test = await createTestApp(RoomGateway);
    const client = await test.client.connect(room, { params: { room: 'blue' } });
    expect(await client.call('say', 'hi')).toEqual({ room: 'blue' });
    const said: { text: string } = await client.next('said');
    expect(said).toEqual({ text: 'hi' });
    await client.expectNone('said');
    // @ts-expect-error the payload is a string
    await expect(client.call('say', 5)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    // @ts-expect-error there is no such event
    await expect(client.call('shout', 'hi')).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
    await expect(test.client.connect(room)).rejects.toThrow('parameter `room` of `/room/:room` is undefined');
  });

  it('says what arrived instead of what was waited for', async () => {
    await using test = await createTestApp(Kit);
    const client = await test.client.connect();
    client.emit('twice', 'a');
    await expect(client.next('other', 50)).rejects.toThrow('no `other` within 50 ms; unread: said (2)');
    await expect(client.expectNone('said')).rejects.toThrow('expected no `said`, received 2: ["a",1]');
    await client.expectNone('other');
  });

  it('fails a test in which the server logged an error that nobody took', async () => {
    const test = await createTestApp(Kit);
    const client = await test.client.connect();
    await expect(client.call('crash')).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(test.close()).rejects.toThrow('1 unexpected error(s) in the server');
    await expect(test.close()).rejects.toThrow(AggregateError);
  });

  it('fails a test in which a rejection went unhandled', async () => {
    // In a process of its own: this test runner takes such rejections before anyone else can.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [compiled('test/fixtures/testing/unhandled.ts')],
      { timeout: WAIT_MS },
    );
    expect(stdout).toBe('1 unexpected error(s) in the server - Error: floating\n');
  });

  it('asks for a namespace where there is more than one', async () => {
    @Gateway('/other')
    class Other {}
    await using test = await createTestApp([Kit, Other]);
    await expect(test.client.connect()).rejects.toThrow('say which namespace to connect to');
    await expect(test.client.connect('/nope')).rejects.toThrow('Invalid namespace');
  });
});
