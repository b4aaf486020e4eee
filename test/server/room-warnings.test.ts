import { afterEach, describe, expect, it } from '@jest/globals';
import { Emitter, type EventContext, Gateway, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';

@Gateway('/')
class Home {
  @OnEvent('wrong') wrong(_: unknown, ctx: EventContext) {
    ctx.namespace.to(ctx.socket.id).emit('told');
  }
  @OnEvent('right') right(_: unknown, ctx: EventContext) {
    ctx.namespace.socket(ctx.socket.id).emit('told');
    ctx.namespace.to('abcdefghij0123456789').emit('told');
    ctx.namespace.to('room').emit('told');
  }
}

const ID = 'abcdefghij0123456789';
const environment = process.env['NODE_ENV'];
afterEach(() => {
  process.env['NODE_ENV'] = environment;
});

describe('the log', () => {
  it.each([
    ['development', 1],
    ['production', 0],
  ])('warns of the id of a socket that is given to `to()`, in %s', async (mode, lines) => {
    process.env['NODE_ENV'] = mode;
    await using test = await createTestApp(Home);
    const client = await test.client.connect();
    const warnings = () => test.log.records.filter(({ event }) => event === 'room.is-socket');
    await client.call('right');
    expect(warnings()).toEqual([]);
    for (let i = 0; i < 3; i++) await client.call('wrong');
    expect(warnings()).toHaveLength(lines);
    for (const line of warnings())
      expect(line).toMatchObject({ level: 'warn', namespace: '/', write: `socket('${client.socket.id}')` });
  });

  it.each([
    ['development', 1],
    ['production', 0],
  ])('warns of a name of 20 characters that is given to `io.to()`, in %s', async (mode, lines) => {
    process.env['NODE_ENV'] = mode;
    await using test = await createTestApp(Home);
    const client = await test.client.connect();
    const warnings = () => test.log.records.filter(({ event }) => event === 'room.is-id');
    test.app.io.to(String(client.socket.id)).emit('told');
    test.app.io.in(['general', 'lobby']).emit('told');
    expect(warnings()).toEqual([]);
    for (let i = 0; i < 3; i++) test.app.io.to(['general', ID]).emit('told');
    test.app.io.in(ID).emit('told');
    expect(warnings()).toHaveLength(lines);
    for (const line of warnings()) expect(line).toMatchObject({ level: 'warn', namespace: '/', room: ID });
  });

  it('warns of one that is given to `to()` of a namespace, and not of what gatewire addresses', async () => {
    @Gateway('/team/:team')
    class Team {}
    await using test = await createTestApp([Home, Team]);
    await test.client.connect('/team/7');
    const warnings = () => test.log.records.filter(({ event }) => event === 'room.is-id');
    const emitter = test.app.get(Emitter);
    for (const name of ['/', '/team/7']) {
      emitter.namespace(name).to(ID).emit('told');
      emitter.namespace(name).socket(ID).emit('told'); // of another node, perhaps
      emitter.namespace(name).except(ID).emit('told');
    }
    expect(warnings()).toEqual([]);
    test.app.io.of('/team/7').to(ID).emit('told');
    expect(warnings()).toMatchObject([
      {
        level: 'warn',
        namespace: '/team/7',
        room: ID,
        write: `app.get(Emitter).namespace('/team/7').to('${ID}')`,
      },
    ]);
  });
});
