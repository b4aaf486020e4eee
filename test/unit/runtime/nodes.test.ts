import { describe, expect, it } from '@jest/globals';
import { Nodes } from '../../../src/runtime/remote/request.js';

const ids = (peers: readonly { readonly id: string }[]): string[] => peers.map(({ id }) => id);

describe('the other nodes', () => {
  it('are waited for until they have been silent for 5 s, and missed until 30 s', () => {
    const nodes = new Nodes();
    expect(nodes.heard('a', 'node a', 0)).toBe(true);
    expect(nodes.heard('b', 'node b', 0)).toBe(true);
    expect(nodes.heard('b', 'node b', 1)).toBe(false);
    expect([ids(nodes.living(4_999)), ids(nodes.silent(4_999))]).toEqual([['a', 'b'], []]);
    expect([ids(nodes.living(5_000)), ids(nodes.silent(5_000))]).toEqual([['b'], ['a']]);
    nodes.forgetLost(29_999);
    expect(ids(nodes.silent(29_999))).toEqual(['a', 'b']);
    nodes.forgetLost(30_000);
    expect(ids(nodes.silent(30_000))).toEqual(['b']);
    expect([nodes.nameOf('a'), nodes.nameOf('b')]).toEqual([null, 'node b']);
  });

  it('are not silent for as long as the way to them was cut', () => {
    const nodes = new Nodes();
    nodes.heard('a', 'node a', 0);
    nodes.excuse(20_000);
    expect(ids(nodes.living(24_999))).toEqual(['a']);
  });

  it('are 1,000 at most, until one of them leaves', () => {
    const nodes = new Nodes();
    const isNew = Array.from({ length: 1_001 }, (_, i) => nodes.heard(`id ${i}`, `node ${i}`));
    expect(isNew.filter(Boolean)).toHaveLength(1_000);
    expect(isNew.at(-1)).toBe(false);
    expect(nodes.nameOf('id 1000')).toBeNull();
    nodes.left('id 0');
    expect(nodes.heard('id 1000', 'node 1000')).toBe(true);
  });
});
