import { createHmac, scryptSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisClock, ReplayGuard } from '../../../src/nodes/redis/replay-guard.js';
import { readStamp, Signer, writeStamp } from '../../../src/nodes/redis/signer.js';

/** Present time by the clock of Redis, and `performance.now()`. */
let redisNow = 0;
let now = 0;
const realNow = performance.now;
beforeEach(() => {
  redisNow = 1_800_000_000_000;
  now = 5_000;
  performance.now = () => now; // a mock of jest would keep 240,000 calls
});
afterEach(() => {
  performance.now = realNow;
});

function pass(ms: number): void {
  redisNow += ms;
  now += ms;
}

const stamp = (sender: string, count: number, sentAt = redisNow) => ({ sender, count, sentAt });

describe('the guard against messages that were sent before', () => {
  it('takes each message of a sender once, in order, in each channel', () => {
    const guard = new ReplayGuard();
    const accepts = (sender: string, count: number, place = 'room') =>
      guard.accepts(place, stamp(sender, count), redisNow);
    expect([accepts('a', 1), accepts('a', 2), accepts('a', 2), accepts('a', 1)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([accepts('a', 5), accepts('a', 4), accepts('b', 1), accepts('b', 1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([accepts('a', 1, 'other'), accepts('a', 1, 'other')]).toEqual([true, false]);
  });

  it('takes the first message of a sender only while it is young, by the clock of Redis', () => {
    const guard = new ReplayGuard();
    pass(60_000);
    const accepts = (sender: string, ageMs: number) =>
      guard.accepts('room', stamp(sender, 1, redisNow - ageMs), redisNow);
    expect([accepts('a', 59_000), accepts('b', 60_000), accepts('c', 3_600_000)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([accepts('d', -59_000), accepts('e', -61_000)]).toEqual([true, false]); // from before it was set back
    expect(guard.accepts('room', stamp('f', 1), 0)).toBe(false); // the clock is not known yet
  });

  it('takes nothing that was sent before its process was there', () => {
    pass(600_000);
    const recorded = stamp('a', 1);
    pass(6_000);
    const guard = new ReplayGuard();
    expect(guard.accepts('room', recorded, redisNow)).toBe(false);
    expect(guard.accepts('room', stamp('a', 2), redisNow)).toBe(true);
  });

  it('takes an entry of a stream late, where Redis took it in time', () => {
    const guard = new ReplayGuard();
    const added = redisNow;
    const late = stamp('a', 1);
    const old = stamp('b', 1, redisNow - 70_000);
    pass(600_000);
    expect(guard.accepts('stream', late, redisNow, added)).toBe(true);
    expect(guard.accepts('stream', old, redisNow, added)).toBe(false);
  });

  it('forgets senders, and takes nothing of them again', () => {
    const guard = new ReplayGuard();
    const sent = Array.from({ length: 200 }, (_, i) => {
      pass(1_000);
      const one = stamp('a', i + 1);
      expect(guard.accepts(`room ${i}`, one, redisNow)).toBe(true);
      return one;
    });
    const isTakenAgain = () => sent.some((one, i) => guard.accepts(`room ${i}`, one, redisNow));
    expect(isTakenAgain()).toBe(false);
    for (let minutes = 0; minutes < 10; minutes++) {
      pass(61_000);
      guard.accepts('another', stamp('b', minutes + 1), redisNow);
      expect(isTakenAgain()).toBe(false);
    }
  });

  it('remembers a bounded number of senders, and takes nothing of the others again', () => {
    const guard = new ReplayGuard();
    const places = Array.from({ length: 120_000 }, (_, i) => `room ${i}`);
    const isNew: boolean[] = [];
    const sent = places.map((place) => {
      pass(0.01);
      const one = stamp('a', 1);
      isNew.push(guard.accepts(place, one, redisNow));
      return one;
    });
    expect(isNew.every(Boolean)).toBe(true);
    expect(places.filter((place, i) => guard.accepts(place, sent[i] as never, redisNow))).toEqual([]);
    pass(10);
    expect(guard.accepts('room 0', stamp('a', 2), redisNow)).toBe(true);
  });

  it('goes on when the clock of Redis is set back', () => {
    const guard = new ReplayGuard();
    expect(guard.accepts('room', stamp('a', 1), redisNow)).toBe(true);
    redisNow -= 86_400_000;
    expect(guard.accepts('room', stamp('a', 2), redisNow)).toBe(true);
    expect(guard.accepts('room', stamp('b', 1), redisNow)).toBe(true);
  });
});

describe('the clock of Redis', () => {
  it('is that of the fastest answer, follows one that was set, and is none before it is known', () => {
    const clock = new RedisClock();
    expect(clock.now()).toBe(0);
    clock.set(Number.NaN);
    expect(clock.now()).toBe(0);
    clock.set(redisNow - 20);
    clock.set(redisNow - 5);
    clock.set(redisNow - 300);
    expect(clock.now()).toBe(redisNow - 5);
    clock.set(redisNow - 3_600_000);
    expect(clock.now()).toBe(redisNow - 3_600_000);
    pass(1_000);
    expect(clock.now()).toBe(redisNow - 3_600_000);
  });
});

describe('a signed message', () => {
  it('has a stamp of its own, which nobody can change', async () => {
    const signer = await Signer.create('secret', 'gatewire');
    const other = await Signer.create('secret', 'gatewire');
    const stranger = await Signer.create('another', 'gatewire');
    const [first, second] = ['ü', Buffer.from([1, 2])].map((text) => signer.sign('room', text, redisNow));
    const verified = [first, second].map((message) => other.verify('room', message as Buffer));
    expect(verified.map((one) => one?.message)).toEqual([Buffer.from('ü'), Buffer.from([1, 2])]);
    const [{ sender = '' } = {}] = verified.map((one) => one?.stamp);
    expect(verified.map((one) => one?.stamp)).toEqual([1, 2].map((count) => stamp(sender, count)));
    expect(other.verify('another room', first as Buffer)).toBeNull();
    expect(stranger.verify('room', first as Buffer)).toBeNull();
    for (let i = 0; i < (first as Buffer).length; i++) {
      const changed = Buffer.from(first as Buffer);
      changed[i] = (changed[i] as number) ^ 1;
      expect(other.verify('room', changed)).toBeNull();
    }
    for (let length = 0; length < (first as Buffer).length; length++)
      expect(other.verify('room', (first as Buffer).subarray(0, length))).toBeNull();
  });

  it('is signed with a key that scrypt derives, so that each guess of the secret costs 16 MB', async () => {
    const key = scryptSync('secret', 'gatewire shop', 32, { N: 2 ** 14, r: 8, p: 1 });
    const mac = createHmac('sha256', key).update('4 room text').digest('hex');
    const signer = await Signer.create('secret', 'shop');
    expect(signer.mac('room', 'text')).toBe(mac.slice(0, 32));
  });

  it('has its stamp as text in a stream', async () => {
    const signer = await Signer.create('secret', 'gatewire');
    const one = signer.stamp(redisNow + 0.5);
    expect(readStamp(writeStamp(one))).toEqual({ ...one, sentAt: redisNow });
    for (const text of ['', 'x 1 1', `${one.sender} 1`, `${one.sender} NaN 1`, `${one.sender} 1 -1`])
      expect(readStamp(text)).toBeNull();
  });
});
