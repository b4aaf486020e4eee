import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { Compiler } from '../support/compiler.js';

const compiler = new Compiler();
const MAX_INSTANTIATIONS_PER_EVENT = 2_000;

const PRELUDE = `
import * as z from 'zod';
import { type ConnectContextOf, type ContextOf, defineContract, gatewayFor, type PayloadsOf } from '../../src/index.js';
const chat = defineContract('/chat', {
  clientToServer: {
    'room:join': { payload: z.object({ room: z.string() }) },
    'message:send': { payload: z.object({ text: z.string() }), ack: z.object({ id: z.string() }) },
  },
  serverToClient: { 'message:new': { payload: z.object({ text: z.string() }) } },
  errors: { SOLD_OUT: z.object({ left: z.number() }) },
});
const orders = defineContract('/orders', { clientToServer: { add: {} }, serverToClient: { added: {} } });
const Chat = gatewayFor(chat, { auth: () => ({ user: { id: '1', name: 'Ann' } }), data: () => ({ visits: 0 }) });
const Orders = gatewayFor(orders);
type Context = ContextOf<typeof Chat>;
type Arriving = ConnectContextOf<typeof Chat>;
type Payload = PayloadsOf<typeof chat>;
`;

/** What the compiler says about members of a class, with the words between quotes and braces as they are; one text for each. */
function complaintsAbout(members: readonly string[]): readonly string[] {
  const sources = members.map(
    (text) => `${PRELUDE}
@Chat.Gateway()
export class Gateway {
  ${text}
}
export type Used = [Arriving, Context, Payload, typeof Orders];`,
  );
  return compiler.messages(sources).map((messages) => messages.join('\n'));
}

/** How much the compiler instantiates for a source without complaints that imports the published package. */
function instantiationsOf(source: string): number {
  const cache = path.resolve('node_modules/.cache'); // where packages are found from
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'gatewire-types-'));
  try {
    const compilerOptions = {
      noEmit: true,
      rootDir: '/',
      paths: { gatewire: [path.resolve('dist/index.d.ts')] },
    };
    const settings = {
      extends: path.resolve('tsconfig.json'),
      compilerOptions,
      files: ['source.ts'],
      include: [],
    };
    writeFileSync(path.join(folder, 'source.ts'), source);
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ ...settings, exclude: [] }));
    // One thread counts the same each time.
    const args = ['-p', folder, '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false'];
    const said = execFileSync(process.execPath, ['node_modules/typescript7/bin/tsc', ...args], {
      encoding: 'utf8',
    });
    return Number(/^Instantiations: +(\d+)$/m.exec(said)?.[1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Expects what the compiler says about members of a class: nothing, or something of that form. */
function expectComplaints(cases: readonly (readonly [members: string, said: '' | RegExp])[]): void {
  const complaints = complaintsAbout(cases.map(([members]) => members));
  for (const [i, [members, said]] of cases.entries()) {
    expect([members, complaints[i]]).toEqual([members, said === '' ? '' : expect.stringMatching(said)]);
  }
}

it('says in a sentence what is wrong with a handler', () => {
  const right = `@Chat.OnEvent('message:send') send({ text }: Payload['message:send'], ctx: Context) {
      ctx.broadcast.emit('message:new', { text: text + ctx.user.name + ctx.data.visits });
      return { id: '1' };
    }
    @Chat.OnEvent('room:join') async join({ room }: Payload['room:join'], ctx: Context) { await ctx.join(room); }
    @Chat.OnConnect() hello(ctx: Arriving) { ctx.emit('message:new', { text: ctx.user.name }); }
    @Chat.Guard((ctx) => ctx.user.name === 'Ann' && ctx.data.visits < 5)
    @Chat.OnAnyEvent() other() { throw Chat.error('SOLD_OUT', { left: 0 }); }`;
  expectComplaints([
    [right, ''],
    [
      `@Chat.OnEvent('message:send') send(_: { text: number }) { return { id: '1' }; }`,
      /payload of the handler of \\"message:send\\""?: \{ contract: \{ text: string; \}; method: \{/,
    ],
    [
      `@Chat.OnEvent('message:send') send(_: { text: string; to: string }) { return { id: '1' }; }`,
      /payload of the handler of \\"message:send\\"/,
    ],
    [
      `@Chat.OnEvent('message:send') async send(_: Payload['message:send']) { return { id: 1 }; }`,
      /return value of the handler of \\"message:send\\""?: \{ contract: \{ id: string; \}; method: \{/,
    ],
    [`@Chat.OnEvent('message:send') send() {}`, /return value of the handler of \\"message:send\\"/],
    [`@Chat.OnEvent('room:join') join() { return 5; }`, /return value of the handler of \\"room:join\\"/],
    [
      `@Chat.OnEvent('message:sent') sent() {}`,
      /^Argument of type '"message:sent"' is not assignable to parameter of type '"message:send" \| "room:join"'/,
    ],
    [
      `@Chat.OnEvent('room:join') join(_: Payload['room:join'], _ctx: Context, _ack: () => void) {}`,
      /the handler of \\"room:join\\" takes \(payload, ctx\)/,
    ],
    [
      `@Chat.OnEvent('room:join') join(_: Payload['room:join'], _ctx: ContextOf<typeof Orders>) {}`,
      /ctx of the handler of \\"room:join\\" is of another contract or auth/,
    ],
  ]);
});

it('knows what the server may send, and its errors', () => {
  const emit = (call: string) => `@Chat.OnConnect() hello(ctx: Arriving) { ${call} }`;
  expectComplaints([
    [emit(`ctx.to('a').emit('message:new', { text: 'hi' });`), ''],
    [emit(`ctx.to('a').emit('message:now', { text: 'hi' });`), /"message:now"/],
    [
      emit(`ctx.namespace.user('1').emit('message:new', { text: 5 });`),
      /Type 'number' is not assignable to type 'string'/,
    ],
    [
      emit(`throw Chat.error('SOLD_OUT', { left: 'one' });`),
      /Type 'string' is not assignable to type 'number'/,
    ],
    [emit(`throw Chat.error('GONE', {});`), /"GONE"/],
  ]);
});

it('checks 300 events at no more than 2,000 instantiations each', () => {
  const events = Array.from({ length: 300 }, (_, i) => i);
  const big = `
import * as z from 'zod';
import { type ContextOf, defineContract, gatewayFor, type PayloadsOf } from 'gatewire';
const big = defineContract('/big', {
  clientToServer: {
    ${events.map((i) => `'event:${i}': { payload: z.object({ id: z.string(), n${i}: z.number() }), ack: z.object({ ok${i}: z.boolean() }) },`).join('\n    ')}
  },
  serverToClient: {
    ${events.map((i) => `'told:${i}': { payload: z.object({ n${i}: z.number() }) },`).join('\n    ')}
  },
});
const Big = gatewayFor(big);
type Context = ContextOf<typeof Big>;
type Payload = PayloadsOf<typeof big>;
@Big.Gateway()
export class BigGateway {
  ${events.map((i) => `@Big.OnEvent('event:${i}') on${i}({ n${i} }: Payload['event:${i}'], ctx: Context) { ctx.emit('told:${i}', { n${i} }); return { ok${i}: true }; }`).join('\n  ')}
}`;
  expect(instantiationsOf(big) / events.length).toBeLessThan(MAX_INSTANTIATIONS_PER_EVENT);
});

it('refuses schemas that JSON cannot satisfy, where they are written', () => {
  const sourceOf = ([side, event]: readonly [side: string, event: string]) => `
import * as z from 'zod';
import { defineContract } from '../../src/index.js';
interface Tree { readonly name: string; readonly children: readonly Tree[] }
const tree = z.unknown() as unknown as z.ZodType<Tree, Tree>;
const day = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
export const days = defineContract('/days', { ${side}: { plan: ${event} } });
export type Used = [typeof tree, typeof day];`;
  const refused = [
    ['clientToServer', '{ payload: z.object({ at: z.date() }) }'],
    ['clientToServer', '{ payload: z.object({ at: z.date().optional() }) }'],
    ['clientToServer', '{ payload: z.date().nullable() }'],
    ['clientToServer', '{ payload: z.object({ at: z.array(z.date()) }).array() }'],
    ['clientToServer', '{ args: z.tuple([z.string(), z.date()]) }'],
    ['clientToServer', '{ payload: z.map(z.string(), z.string()) }'],
    ['clientToServer', '{ payload: z.object({ n: z.bigint() }), ack: z.date() }'],
    ['clientToServer', '{ ack: z.set(z.string()) }'],
    ['serverToClient', '{ payload: z.set(z.string()) }'],
    ['serverToClient', '{ ack: z.date() }'],
  ] as const;
  const taken = [
    [
      'clientToServer',
      '{ payload: z.object({ at: day, n: z.coerce.bigint() }), ack: z.object({ at: z.date() }) }',
    ],
    [
      'clientToServer',
      '{ payload: z.union([z.string(), z.date()]), ack: z.set(z.string()).transform((s) => [...s]) }',
    ],
    ['clientToServer', '{ payload: tree, ack: z.any() }'],
    ['clientToServer', '{ args: z.tuple([z.string(), z.instanceof(Uint8Array)]), ack: z.unknown() }'],
    ['serverToClient', '{ payload: z.object({ at: z.date() }), ack: day }'],
  ] as const;
  const all = [...refused, ...taken];
  const messages = compiler.messages(all.map(sourceOf));
  expect(all.map(([, event], i) => [event, ...(messages[i] ?? [])])).toEqual([
    ...refused.map(([, event]) => [event, expect.stringContaining('JSON has no Date, Map, Set or BigInt')]),
    ...taken.map(([, event]) => [event]),
  ]);
});
