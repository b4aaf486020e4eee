import { expect, it } from '@jest/globals';
import { type EventContext, Gateway, Guard, OnEvent, roles, type User } from '../../../src/index.js';
import { createTestApp } from '../../../src/testing/index.js';

interface Member extends User {
  readonly groups?: readonly string[];
}

@Gateway('/', { auth: ({ auth: given }) => ({ user: { id: 'ann', ...given } }) })
class Articles {
  @Guard(roles('admin', 'editor')) @OnEvent('save') save() {
    return 'saved';
  }
  @Guard(roles(['staff'], { of: (user: Member) => user.groups })) @OnEvent('staff') staff() {
    return 'in';
  }
}

it.each<readonly [object, boolean]>([
  [{ roles: ['editor'] }, true],
  [{ roles: ['reader', 'admin'] }, true],
  [{ role: 'admin' }, true],
  [{ roles: 'admin' }, true],
  [{ roles: ['reader'], role: 'editor' }, true],
  [{}, false],
  [{ roles: [] }, false],
  [{ roles: null, role: null }, false],
  [{ roles: 'superadmin' }, false],
  [{ roles: ['administrator', 'Admin', ' admin'] }, false],
  [{ roles: 'admin,editor' }, false],
  [{ roles: { admin: true } }, false],
  [{ roles: [['admin']] }, false],
  [{ roles: ['undefined', 'null'] }, false],
])('lets a user with %j through: %j', async (user, isAllowed) => {
  await using test = await createTestApp(Articles);
  const client = await test.client.connect('/', { auth: user });
  const answer = await client.call('save').catch(({ code }: { code: string }) => code);
  expect(answer).toBe(isAllowed ? 'saved' : 'FORBIDDEN');
});

it('reads roles where it is told to, and nowhere else', async () => {
  await using test = await createTestApp(Articles);
  const staff = await test.client.connect('/', { auth: { groups: ['staff'] } });
  expect(await staff.call('staff')).toBe('in');
  const other = await test.client.connect('/', { auth: { roles: ['staff'] } });
  await expect(other.call('staff')).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('refuses where nobody is a user', async () => {
  @Gateway('/open')
  class Open {
    @Guard(roles('admin')) @OnEvent('x') x(_: unknown, ctx: EventContext) {
      return ctx.user;
    }
  }
  await using test = await createTestApp(Open);
  const client = await test.client.connect();
  await expect(client.call('x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it.each<readonly [string, () => unknown]>([
  ['no name', () => roles()],
  ['an empty list', () => roles([], {})],
  ['undefined', () => roles(undefined as never)],
  ['undefined among others', () => roles('admin', undefined as never, 'editor')],
  ['undefined at the end', () => roles('admin', 'editor', undefined as never)],
  ['an empty name', () => roles('')],
])('does not take %s for a role', (_, make) => {
  expect(make).toThrow(TypeError);
});

it('is called after its roles in listings', () => {
  expect(roles('admin', 'editor').name).toBe('roles(admin, editor)');
});
