import { describe, expect, it } from '@jest/globals';
import type { RoomGuardPlan } from '../../../src/plan/types.js';
import {
  applicationRooms,
  areRoomsOf,
  askRoomGuards,
  isRoomName,
  recipients,
  socketRoom,
  storedRoom,
  storedRooms,
  userRoom,
} from '../../../src/runtime/rooms.js';

/** As Engine.IO makes them. */
const ID = 'aB3_-aB3_-aB3_-aB3_-';
const NOT_NAMES = ['', 'x'.repeat(129), 5, null, undefined, {}, ['room']];

describe('the stored name of a room', () => {
  it.each(['general', 'x'.repeat(128), `${ID}x`, ID.slice(1), '/chat#general', 'übersicht', ' ', '\u0000'])(
    'is the name itself: %j',
    (name) => {
      expect(storedRoom(name)).toBe(name);
    },
  );

  it.each([ID, `/chat#${ID}`, `/#${ID}`])('is another one where %j could be the id of a socket', (name) => {
    expect(storedRoom(name)).not.toBe(name);
    expect(storedRoom(name)).not.toBe(socketRoom(name));
  });

  it('is never that of a user, of a socket, or of another room', () => {
    const stored = new Set([userRoom('ann'), socketRoom(ID), socketRoom('ann')]);
    expect(stored.size).toBe(3);
    for (const name of stored) expect(stored).not.toContain(storedRoom(name));
    expect(storedRoom(storedRoom(ID))).not.toBe(storedRoom(ID));
  });

  it.each(NOT_NAMES)('is refused for %p', (name) => {
    expect(isRoomName(name)).toBe(false);
    for (const [make, what] of [
      [storedRoom, 'a room name'],
      [userRoom, 'the id of a user'],
      [socketRoom, 'the id of a socket'],
    ] as const) {
      const isString = typeof name === 'string';
      expect(() => make(name)).toThrow(
        expect.objectContaining({
          code: isString ? 'INVALID_PAYLOAD' : 'ERR_INVALID_ARG_TYPE',
          message: expect.stringContaining(
            `${what} ${isString ? 'is a string of 1 to 128 characters' : 'is a string, and not'}`,
          ),
        }),
      );
    }
  });

  it.each([
    [42, 'a room name is a string, and not the number 42: write String(id)'],
    [7n, 'a room name is a string, and not the number 7: write String(id)'],
    [null, 'a room name is a string, and not null: a payload needs a schema that says so'],
    [
      { secret: 'x' },
      'a room name is a string, and not of type object: a payload needs a schema that says so',
    ],
  ])('is a mistake of the server when it is %p', (name, message) => {
    expect(() => storedRoom(name)).toThrow(new TypeError(message));
  });

  it('is made for one room or several', () => {
    expect(storedRooms('a')).toEqual(['a']);
    expect(storedRooms(['a', ID])).toEqual(['a', storedRoom(ID)]);
    expect(() => storedRooms(['a', ''])).toThrow('a room name is');
  });
});

describe('stored names, read back', () => {
  const stored = ['general', storedRoom(ID), storedRoom(userRoom('eve')), userRoom('ann'), ID];

  it('are the rooms that the application chose', () => {
    expect([...applicationRooms(stored, ID)]).toEqual(['general', ID, userRoom('eve')]);
  });

  it('are recipients: rooms, users and sockets', () => {
    expect(recipients([...stored, socketRoom('no id')])).toEqual({
      rooms: ['general', ID, userRoom('eve')],
      users: ['ann'],
      sockets: [ID, 'no id'],
    });
  });

  it.each<readonly [string | undefined, readonly string[], boolean]>([
    ['ann', ['general', userRoom('ann')], true],
    ['ann', ['general'], false],
    ['ann', [userRoom('bob')], false],
    ['ann', [userRoom('ann'), userRoom('bob')], false],
    [undefined, ['general'], true],
    [undefined, [userRoom('ann')], false],
  ])('were those of the user %p: %j, %p', (user, rooms, expected) => {
    expect(areRoomsOf(user, rooms)).toBe(expected);
  });
});

describe('the guards of a room', () => {
  const ctx = {} as never;
  const guard = (pattern: RegExp | null, check: RoomGuardPlan['check']): RoomGuardPlan => ({
    name: String(pattern),
    pattern,
    check,
    at: null as never,
  });
  const asked = async (room: string, ...guards: readonly RoomGuardPlan[]) => {
    try {
      await askRoomGuards(guards, ctx, room);
      return 'allowed';
    } catch (error) {
      return error;
    }
  };
  const forbidden = expect.objectContaining({ code: 'FORBIDDEN' });

  it('are those whose pattern matches, and get its parameters', async () => {
    const seen: unknown[] = [];
    const order = guard(/^order\/(?<id>\d+)$/, (context, params) => seen.push([context, params]));
    const other = guard(/^staff$/, () => false);
    expect(await asked('order/7', other, order)).toBe('allowed');
    expect(seen).toEqual([[ctx, { id: '7' }]]);
    expect(await asked('staff', other, order)).toEqual(forbidden);
  });

  it('are the ones of all other rooms only where no pattern matches', async () => {
    const rest = guard(null, () => true);
    const order = guard(/^order$/, () => false);
    expect(await asked('order', rest, order)).toEqual(forbidden);
    expect(await asked('general', rest, order)).toBe('allowed');
  });

  it('have to agree, one after the other', async () => {
    const seen: string[] = [];
    const named = (name: string, answer: unknown) =>
      guard(/./, () => {
        seen.push(name);
        return answer;
      });
    expect(await asked('a', named('yes', Promise.resolve(1)), named('no', 0), named('late', 1))).toEqual(
      forbidden,
    );
    expect(seen).toEqual(['yes', 'no']);
  });

  it('refuse a room that nobody declared', async () => {
    expect(
      await asked(
        'general',
        guard(/^order$/, () => true),
      ),
    ).toMatchObject({
      code: 'FORBIDDEN',
      message: 'no such room is declared',
    });
  });

  it('refuse by throwing, with an error of gatewire as it is', async () => {
    const cause = new Error('no database');
    const failing = guard(/./, () => Promise.reject(cause));
    expect(await asked('a', failing)).toMatchObject({ code: 'FORBIDDEN', cause });
    const own = await asked('', failing).then((error) => error as Error);
    expect(
      await asked(
        'a',
        guard(/./, () => {
          throw own;
        }),
      ),
    ).toBe(own);
  });
});
