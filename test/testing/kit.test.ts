import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';

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
      ['--import', 'tsx', 'test/fixtures/testing/unhandled.ts'],
      { timeout: 30_000 },
    );
    expect(stdout).toBe('1 unexpected error(s) in the server - Error: floating\n');
  }, 40_000);

  it('asks for a namespace where there is more than one', async () => {
    @Gateway('/other')
    class Other {}
    await using test = await createTestApp([Kit, Other]);
    await expect(test.client.connect()).rejects.toThrow('say which namespace to connect to');
    await expect(test.client.connect('/nope')).rejects.toThrow('Invalid namespace');
  });
});
