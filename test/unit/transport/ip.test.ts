import { describe, expect, it } from '@jest/globals';
import { isIn, listOf, plainAddress } from '../../../src/transport/ip.js';

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:db8::7', '2001:db8::7'],
    ['203.0.113.256', null],
    ['example.com', null],
    ['', null],
  ])('`%s` is written plainly as %s', (text, plain) => {
    expect(plainAddress(text)).toBe(plain);
  });
});

describe('a list of addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['0.0.0.0/0', '203.0.113.7', true],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['::1/128', '::1', true],
    ['::1/128', '::2', false],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['10.0.0.0/33', '10.0.0.0', false],
    ['10.0.0.0/-1', '10.0.0.0', false],
    ['10.0.0.0/x', '10.0.0.0', false],
    ['10.0.0.0/8/8', '10.0.0.0', false],
    ['::ffff:10.0.0.0/104', '10.0.0.0', false],
    ['fe80::1%eth0', 'fe80::1', false],
    ['::1/129', '::1', false],
  ])('`%s` has %s: %s', (entry, address, isInside) => {
    expect(isIn(listOf([entry]), address)).toBe(isInside);
  });
});
