import { expect, it } from '@jest/globals';
import { Compiler } from '../support/compiler.js';

const compiler = new Compiler();

const REGISTER = `declare module '../../src/index.js' {
  interface Register { user: { readonly id: string; readonly isAdmin: boolean } }
}`;

/** A plain gateway; in memory, as a declaration of its own would hold for all tests. */
const sourceOf = (members: string, declaration = '') => `
import { type AnyContract, type ConnectContext, type EventContext, Gateway, Guard, type Middleware, OnConnect, OnEvent, roles, Use } from '../../src/index.js';
${declaration}
interface Member { readonly id: string; readonly name: string }
const audit: Middleware = { connect: (ctx, next) => (${declaration === '' ? 'ctx.handshake' : 'ctx.user.isAdmin'} ? next() : undefined) };
@Use(audit)
@Gateway('/plain')
export class Plain { ${members} }
export type Used = [AnyContract, ConnectContext, EventContext, Member, typeof Guard, typeof OnConnect, typeof OnEvent, typeof roles];`;

it('knows the context of a plain guard', () => {
  const guarded = (guard: string) => sourceOf(`@Guard(${guard}) @OnEvent('a') a() {}`);
  const right = [
    `(ctx) => ctx.handshake.headers['x'] === ctx.event && ctx.rooms.has('x')`,
    '(ctx: EventContext<AnyContract, Member>) => ctx.user.name !== ctx.event',
    '(ctx: { readonly user: unknown }) => ctx.user !== undefined',
    `roles('admin')`,
  ];
  const wrong = [`(ctx) => ctx.user.name === ''`, '(ctx) => ctx.nothing'];
  const complaints = compiler.messages([...right, ...wrong].map(guarded));
  expect(right.map((guard, i) => [guard, ...(complaints[i] ?? [])])).toEqual(right.map((guard) => [guard]));
  expect(complaints[4]).toEqual(["'ctx.user' is of type 'unknown'."]);
  expect(complaints[5]).toHaveLength(1);
});

it('knows the user that an application declares once', () => {
  const members = `
    @Guard((ctx) => ctx.user.isAdmin) @OnEvent('a') a(_: unknown, ctx: EventContext) { return ctx.user.isAdmin; }
    @OnConnect() greet(ctx: ConnectContext) { return ctx.user.id; }
    @OnEvent('b') b(_: unknown, ctx: EventContext<AnyContract, Member>) { return ctx.user.name; }`;
  expect(compiler.messages([sourceOf(members, REGISTER)])).toEqual([[]]);
  const wrong = `@OnEvent('a') a(_: unknown, ctx: EventContext) { return ctx.user.nobody; }`;
  expect(compiler.messages([sourceOf(wrong, REGISTER)])).toEqual([
    [expect.stringContaining("'nobody' does not exist")],
  ]);
});
