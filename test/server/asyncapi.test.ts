import { expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import * as z from 'zod';
import { defineContract, GatewireError, gatewayFor, OnEvent } from '../../src/index.js';
import { createTestApp } from '../../src/testing/index.js';

const desk = defineContract('/desk', {
  clientToServer: {
    order: {
      payload: z.object({ how: z.string() }),
      ack: z.object({ at: z.date(), count: z.number().default(1) }),
    },
  },
  errors: { SOLD_OUT: z.object({ left: z.number() }) },
});
const Desk = gatewayFor(desk);

@Desk.Gateway()
class DeskGateway {
  @Desk.OnEvent('order') order({ how }: { how: string }) {
    if (how === 'sold-out') throw Desk.error('SOLD_OUT', { left: 0 });
    if (how === 'other') throw new GatewireError('CLOSED', { retryAfterMs: 5 });
    if (how === 'conflict') throw new GatewireError('CONFLICT');
    return { at: new Date() };
  }

  @OnEvent('count', { ack: z.number(), reply: 'raw' }) count(payload: unknown) {
    if (payload === 'fail') throw new GatewireError('UNAVAILABLE');
    return 5;
  }
}

it('describes what a server really sends', async () => {
  await using test = await createTestApp(DeskGateway);
  const document = await test.app.asyncapi({ title: 'Desk', version: '1.0.0' });
  const ajv = new Ajv({ strict: false, formats: { 'date-time': true } });
  ajv.addSchema({ $id: 'document', ...document });
  const errorsOf = (part: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `document#/components/${part}` });
    return validate(value) ? [] : validate.errors;
  };
  const { socket } = await test.client.connect('/desk');

  const outcomes: string[] = [];
  for (const how of ['well', 'sold-out', 'other', 'conflict', 5]) {
    const reply = await socket.emitWithAck('order', { how });
    expect(errorsOf('messages/deskOrderAck/payload', reply)).toEqual([]);
    outcomes.push(reply.ok ? 'ok' : reply.error.code);
  }
  expect(outcomes).toEqual(['ok', 'SOLD_OUT', 'CLOSED', 'CONFLICT', 'INVALID_PAYLOAD']);
  const wrong = { ok: false, error: { code: 'SOLD_OUT', message: '', id: '1', details: { left: 'none' } } };
  expect(errorsOf('messages/deskOrderAck/payload', wrong)).not.toEqual([]);

  for (const payload of ['count', 'fail']) {
    const answer = await socket.emitWithAck('count', payload);
    expect(errorsOf('messages/deskCountAck/payload', answer)).toEqual([]);
  }

  const exception = new Promise((resolve) => socket.once('exception', resolve));
  socket.emit('order', { how: 'sold-out' });
  expect(errorsOf('schemas/deskException', await exception)).toEqual([]);
});
