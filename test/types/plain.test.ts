import { expect, it } from '@jest/globals';
import { Compiler, complaintsOf } from '../support/compiler.js';

const FILE = 'test/types/in-memory.ts';
const compiler = new Compiler();

const REGISTER = `declare module '../../src/index.js' {
  interface Register { user: { readonly id: string; readonly isAdmin: boolean } }
}`;

/** What the compiler says of a plain gateway; in memory, as a declaration of its own would hold for all tests. */
function complaintsAbout(members: string, declaration = ''): readonly string[] {
  const source = `
import { type AnyContract, type ConnectContext, type EventContext, Gateway, Guard, type Middleware, OnConnect, OnEvent, roles, Use } from '../../src/index.js';
${declaration}
interface Member { readonly id: string; readonly name: string }
const audit: Middleware = { connect: (ctx, next) => (${declaration === '' ? 'ctx.handshake' : 'ctx.user.isAdmin'} ? next() : undefined) };
@Use(audit)
@Gateway('/plain')
export class Plain { ${members} }
export type Used = [AnyContract, ConnectContext, EventContext, Member, typeof Guard, typeof OnConnect, typeof OnEvent, typeof roles];`;
  return complaintsOf(compiler.compile(new Map([[FILE, source]])), FILE).map(({ message }) => message);
}

it('knows the context of a plain guard', () => {
  for (const guard of [
    `(ctx) => ctx.handshake.headers['x'] === ctx.event && ctx.rooms.has('x')`,
    '(ctx: EventContext<AnyContract, Member>) => ctx.user.name !== ctx.event',
    '(ctx: { readonly user: unknown }) => ctx.user !== undefined',
    `roles('admin')`,
  ]) {
    expect([guard, ...complaintsAbout(`@Guard(${guard}) @OnEvent('a') a() {}`)]).toEqual([guard]);
  }
  expect(complaintsAbout(`@Guard((ctx) => ctx.user.name === '') @OnEvent('a') a() {}`)).toEqual([
    "'ctx.user' is of type 'unknown'.",
  ]);
  expect(complaintsAbout(`@Guard((ctx) => ctx.nothing) @OnEvent('a') a() {}`)).toHaveLength(1);
});

it('knows the user that an application declares once', () => {
  const members = `
    @Guard((ctx) => ctx.user.isAdmin) @OnEvent('a') a(_: unknown, ctx: EventContext) { return ctx.user.isAdmin; }
    @OnConnect() greet(ctx: ConnectContext) { return ctx.user.id; }
    @OnEvent('b') b(_: unknown, ctx: EventContext<AnyContract, Member>) { return ctx.user.name; }`;
  expect(complaintsAbout(members, REGISTER)).toEqual([]);
  const wrong = `@OnEvent('a') a(_: unknown, ctx: EventContext) { return ctx.user.nobody; }`;
  expect(complaintsAbout(wrong, REGISTER)).toEqual([expect.stringContaining("'nobody' does not exist")]);
});
