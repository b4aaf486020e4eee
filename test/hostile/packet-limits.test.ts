import { expect, it } from '@jest/globals';
import { type EventContext, Gateway, OnAnyEvent, OnEvent } from '../../src/index.js';
import { createTestApp, describeMatrix, type TestApp, type TestAppOptions } from '../../src/testing/index.js';
import { isPacket, RawClient } from './client/raw-client.js';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const members = (count: number): string => JSON.stringify(Array.from({ length: count }, () => 1));

@Gateway('/')
class Echo {
  seen = 0;
  @OnEvent('ping') ping() {
    return 'pong';
  }
  @OnEvent('echo') echo(payload: unknown) {
    this.seen++;
    return payload;
  }
  @OnEvent('ask') async ask(_payload: unknown, ctx: EventContext) {
    return ctx.namespace.socket(ctx.socket.id).call('question', null, { timeoutMs: 2_000 });
  }
  @OnEvent('ask-raw') askRaw(_payload: unknown, { socket }: EventContext) {
    socket.emit('question', () => {
      this.seen++;
    });
  }
}

@Gateway('/inner')
class Inner {
  @OnEvent('ping') ping() {
    return 'pong';
  }
}

async function open(
  cell: TestAppOptions,
  options: TestAppOptions = {},
): Promise<{ test: TestApp; client: RawClient }> {
  const test = await createTestApp([Echo, Inner], { ...cell, ...options });
  const client = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
  await client.connect('/');
  return { test, client };
}

const refused = (limit: string) => ({
  ok: false,
  error: { code: 'PAYLOAD_TOO_LARGE', message: expect.stringContaining(`limits.${limit}`) },
});

describeMatrix('a packet with too much in it', (cell) => {
  it('is answered with PAYLOAD_TOO_LARGE when it is nested deeper than packetDepth, and the connection stays', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    for (const levels of [33, 4_200, 100_000]) {
      client.packet(`2${levels}["echo",${nested(levels)}]`);
      const { args } = await client.answer('/', levels);
      expect(args).toMatchObject([refused('packetDepth')]);
    }
    expect(test.app.get(Echo).seen).toBe(0);
    expect((await client.call('/', 'echo', JSON.parse(nested(32)))).args).toMatchObject([{ ok: true }]);
    const { text } = await (async () => {
      const from = client.frames.length;
      client.packet(`2["echo",0,${nested(33)}]`);
      return client.waitFor(({ text }) => text.startsWith('42["exception"'), 'exception', from);
    })();
    expect(text).toContain('PAYLOAD_TOO_LARGE');
    const [told] = test.log.records.filter(({ event }) => event === 'packet.refused');
    expect(told).toMatchObject({ limit: 'packetDepth', namespace: '/' });
  });

  it('is answered with PAYLOAD_TOO_LARGE when it has more members than packetKeys', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    const many = Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [i, i]));
    client.packet(
      `21["echo",${members(10_000)}]`,
      `22["echo",[${members(5_000)},${JSON.stringify(many)}]]`,
      `23["echo",${members(9_000)}]`,
      `24["echo",${members(10_001).slice(1, -1)}]`,
    );
    for (const id of [1, 2, 4]) {
      expect((await client.answer('/', id)).args).toMatchObject([refused('packetKeys')]);
    }
    expect((await client.answer('/', 3)).args).toMatchObject([{ ok: true }]);
  });

  it('is INVALID_PAYLOAD when a member is called `__proto__`, however it is written and wherever it is', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    const written = ['"__proto__"', '"\\u005f_proto__"', '"__pr\\u006fto\\u005F_"'];
    const places = [
      (name: string) => `{${name}:{"isAdmin":true}}`,
      (name: string) => `[[{"a":{${name}:1}}]]`,
      (name: string) => `{"long":"${'x'.repeat(2_000)}",${name}:1}`,
    ];
    const texts = written.flatMap((name) => places.map((place) => place(name)));
    for (const [i, text] of texts.entries()) {
      client.packet(
        `2${100 + i}["echo",${text}]`,
        `51-${200 + i}["echo",{"_placeholder":true,"num":0},${text}]`,
      );
      client.packet(Buffer.from('x'));
      for (const id of [100 + i, 200 + i]) {
        const { args } = await client.answer('/', id);
        expect(args).toMatchObject([{ ok: false, error: { code: 'INVALID_PAYLOAD' } }]);
      }
    }
    expect(await client.connect('/inner', JSON.parse('{"__proto__":{"id":"admin"}}'))).toMatchObject({
      data: { code: 'INVALID_PAYLOAD' },
    });
    expect(test.app.get(Echo).seen).toBe(0);
    const values = ['__proto__', '\u005f_proto__', { prototype: { constructor: 'é\u0001' } }];
    expect((await client.call('/', 'echo', values)).args).toEqual([{ ok: true, data: values }]);
  });

  it('refuses to connect with a code, and asks no namespace, when its auth is too deep', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    client.packet(`0/inner,{"a":${nested(100_000)}}`);
    const { text } = await client.waitFor(({ text }) => isPacket(text, '4', '/inner'), 'connect_error');
    expect(JSON.parse(text.slice(text.indexOf('{'))).data).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      id: expect.any(String),
    });
    expect(test.app.io.of('/inner').sockets.size).toBe(0);
    await client.connect('/inner', { a: 1 });
    await client.roundTrip('/inner');
  });

  it('rejects the call that it answers, and reaches no raw callback', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    const asked = client.call('/', 'ask');
    const { text } = await client.waitFor(({ text }) => text.includes('"question"'), 'the question');
    client.packet(`3${/^42(\d+)/.exec(text)?.[1]}[${nested(100_000)}]`);
    expect((await asked).args).toMatchObject([{ ok: false, error: { code: 'PAYLOAD_TOO_LARGE' } }]);

    const from = client.frames.length;
    client.emit('/', 'ask-raw');
    const raw = await client.waitFor(({ text }) => text.includes('"question"'), 'the raw question', from);
    client.packet(`3${/^42(\d+)/.exec(raw.text)?.[1]}[${nested(100_000)}]`);
    await client.roundTrip('/');
    expect(test.app.get(Echo).seen).toBe(0);
  });
});

describeMatrix('a name that is too long', (cell) => {
  const seen: string[] = [];

  @Gateway(/^\/team-(?<team>\w+)$/)
  class Team {
    @OnEvent(/\w+:saved$/) saved(_payload: unknown, ctx: EventContext) {
      seen.push(ctx.event);
    }
    @OnAnyEvent() any(_payload: unknown, ctx: EventContext) {
      seen.push(ctx.event);
    }
  }

  it('reaches no RegExp, no handler and no log, and makes no namespace', async () => {
    const test = await createTestApp([Echo, Team], { ...cell });
    await using _ = test;
    const client = await RawClient.open(test.app.address?.port as number, cell.transport ?? 'websocket');
    await client.connect('/team-a');
    // The RegExp alone takes a minute for the longest: its time grows with the square.
    for (const [id, length] of [129, 40_000, 400_000].entries()) {
      const event = 'x'.repeat(length);
      client.packet(`2/team-a,${id}["${event}"]`, `51-/team-a,${id + 10}["${event}"]`, Buffer.from('1'));
      for (const one of [id, id + 10]) {
        expect((await client.answer('/team-a', one)).args).toMatchObject([
          { ok: false, error: { code: 'UNKNOWN_EVENT' } },
        ]);
      }
    }
    expect(seen).toEqual([]);
    const namespace = `/team-${'x'.repeat(300)}`;
    client.packet(`0${namespace},`);
    const { text } = await client.waitFor(({ text }) => isPacket(text, '4', namespace), 'connect_error');
    expect(text).toContain('NOT_FOUND');
    expect([...test.app.io._nsps.keys()]).not.toContain(namespace);
    await client.roundTrip('/team-a');
    client.packet(`0/team-${'x'.repeat(400_000)},`);
    await client.ended();
    for (const record of test.log.records) expect(JSON.stringify(record).length).toBeLessThan(2_000);
  });
});

describeMatrix('attachments', (cell) => {
  const bytes = (length: number) => Buffer.alloc(length, 7);
  const place = (num: unknown) => `{"_placeholder":true,"num":${num}}`;

  it('arrive, each at its place', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    client.packet(`52-1["echo",{"b":[${place(1)}],"a":${place(0)}}]`, bytes(3), bytes(4));
    const { args } = await client.answer('/', 1);
    expect(args).toEqual([
      { ok: true, data: { b: [{ _placeholder: true, num: 0 }], a: { _placeholder: true, num: 1 } } },
    ]);
    await client.waitFor(({ text }) => text === `b${bytes(4).toString('base64')}`, 'the second buffer');
  });

  it('are refused beyond their number and beyond maxHttpBufferSize, and the connection stays', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    const many = Array.from({ length: 11 }, (_, i) => place(i)).join();
    client.packet(`511-1["echo",[${many}]]`, ...Array.from({ length: 11 }, () => bytes(1)));
    expect((await client.answer('/', 1)).args).toMatchObject([refused('attachments')]);
    client.packet(`53-2["echo",[${place(0)},${place(1)},${place(2)}]]`);
    for (let i = 0; i < 3; i++) client.packet(bytes(400_000));
    expect((await client.answer('/', 2)).args).toMatchObject([refused('attachments')]);
    await client.roundTrip('/');
    expect(test.app.get(Echo).seen).toBe(0);
  });

  it('have one place each, so that an echo is no larger than what came', async () => {
    const { test, client } = await open(cell);
    await using _ = test;
    const places = Array.from({ length: 300 }, () => place(0)).join();
    client.packet(`51-1["echo",[${places}]]`, bytes(10_000));
    expect((await client.answer('/', 1)).args).toMatchObject([{ error: { code: 'INVALID_PAYLOAD' } }]);
    for (const [id, num] of ['-1', '1', '0.5', '"0"', '1e9', '{}'].entries()) {
      client.packet(`51-${id + 10}["echo",${place(num)}]`, bytes(10));
      expect((await client.answer('/', id + 10)).args).toMatchObject([
        { error: { code: 'INVALID_PAYLOAD' } },
      ]);
    }
    client.packet(`510-2["echo",[${Array.from({ length: 10 }, (_, i) => place(i)).join()}]]`);
    for (let i = 0; i < 10; i++) client.packet(bytes(5_000));
    const from = client.frames.length;
    await client.answer('/', 2);
    await client.waitFor(() => client.frames.filter(({ text }) => text.startsWith('b')).length === 10, 'all');
    const echoed = client.frames.slice(from).reduce((sum, { text }) => sum + text.length, 0);
    expect(echoed * 0.75).toBeLessThan(50_000 * 1.1);
  });

  it('that never come end the connection at attachmentTimeoutMs, with one timer for all', async () => {
    const { test, client } = await open(cell, { limits: { attachmentTimeoutMs: 200 } });
    await using _ = test;
    const other = await RawClient.open(test.app.address?.port as number, cell.transport);
    await other.connect('/');
    client.packet(`52-1["echo",[${place(0)},${place(1)}]]`, bytes(1));
    other.packet(`51-1["echo",${place(0)}]`, bytes(1));
    await other.answer('/', 1);
    await client.ended();
    await other.roundTrip('/');
    other.destroy();
    expect(test.log.records.find(({ event }) => event === 'connection.closed')).toMatchObject({
      limit: 'attachmentTimeoutMs',
    });
  });
});
