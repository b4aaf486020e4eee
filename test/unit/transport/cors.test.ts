import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { answerPreflight, engineCors, originsOfCors } from '../../../src/transport/cors.js';

const A = 'https://a.example';

describe('the `cors` option of Socket.IO', () => {
  it.each<readonly [unknown, unknown]>([
    [undefined, undefined],
    [true, undefined],
    [{}, undefined],
    [{ origin: false }, undefined],
    [{ origin: true }, '*'],
    [{ origin: A }, A],
    [{ origin: /a/ }, /a/],
    [{ origin: [A, /b/, true, 5, null] }, [A, /b/]],
  ])('%j names the origins %j', (cors, origins) => {
    expect(originsOfCors(cors as never)).toEqual(origins);
  });

  it.each<readonly [unknown, boolean]>([
    [true, true],
    ['*', true],
    [A, true],
    [/^https:\/\/a\./, true],
    [['https://b.example', A], true],
    [['https://b.example', false], false],
    ['https://b.example', false],
    [/b/, false],
    [false, false],
    [undefined, false],
    ['true', false],
  ])('may be a function: %j lets in: %s', async (answer, isAllowed) => {
    const rule = originsOfCors({
      origin: (_: unknown, done: (error: null, answer: unknown) => void) => done(null, answer),
    } as never);
    expect(await (rule as unknown as (origin: string) => Promise<boolean>)(A)).toBe(isAllowed);
  });

  it('refuses where its function fails', async () => {
    const rule = originsOfCors({
      origin: (_: unknown, done: (error: Error) => void) => done(new Error('away')),
    } as never);
    await expect((rule as unknown as (origin: string) => Promise<boolean>)(A)).rejects.toThrow('away');
  });

  it('without an origin names the one that asks', () => {
    expect(engineCors({ credentials: true })).toEqual({ credentials: true, origin: true });
    expect(engineCors({ origin: A })).toEqual({ origin: A });
  });
});

it('the answer to a preflight varies with the headers that it was asked for', () => {
  const answered = (headers: object) => {
    const sent: Record<string, unknown> = {};
    const response = {
      setHeader: (name: string, value: unknown) => void Object.assign(sent, { [name]: value }),
      writeHead: (status: number, more: object) => ({ end: () => Object.assign(sent, { status, ...more }) }),
    };
    answerPreflight({ headers } as IncomingMessage, response as unknown as ServerResponse);
    return sent;
  };
  const plain = { status: 204, 'content-length': '0', 'access-control-allow-methods': 'GET,POST' };
  expect(answered({})).toEqual(plain);
  expect(answered({ 'access-control-request-headers': 'x-token' })).toEqual({
    ...plain,
    'access-control-allow-headers': 'x-token',
    vary: 'Origin, Access-Control-Request-Headers',
  });
});
