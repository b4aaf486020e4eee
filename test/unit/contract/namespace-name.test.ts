import { describe, expect, it } from '@jest/globals';
import { fillNamespace } from '../../../src/contract/namespace-name.js';

describe('a namespace with parameters', () => {
  it('gets their values, in whole segments only', () => {
    expect(fillNamespace('/team/:team/desk/:desk', { team: 'a~1', desk: '...', other: 'x' })).toBe(
      '/team/a~1/desk/...',
    );
    expect(fillNamespace('/a:b/:c', { b: 'x', c: 'd' })).toBe('/a:b/d');
    expect(fillNamespace('/chat', {})).toBe('/chat');
    expect(fillNamespace('/', {})).toBe('/');
  });

  it.each([
    ['nothing', undefined, 'undefined'],
    ['an empty string', '', "''"],
    ['a slash', 'a/b', "'a/b'"],
    ['a bracket', 'a[b', "'a[b'"],
    ['a line break', 'a\n', "'a\n'"],
    ['129 characters', 'x'.repeat(129), `'${'x'.repeat(129)}'`],
    ['a number', 5, '5'],
    ['its own folder', '.', "'.'"],
    ['the folder above', '..', "'..'"],
    ['a prototype', '__proto__', "'__proto__'"],
    ['a constructor', 'constructor', "'constructor'"],
  ])('does not take %s for a value', (_, team, given) => {
    const unfit: unknown[] = [];
    expect(() => fillNamespace('/team/:team', { team })).toThrow(
      new TypeError(
        `parameter \`team\` of \`/team/:team\` is ${given}; expected 1 to 128 letters, digits, _ . ~ or -, and not . .. __proto__ constructor`,
      ),
    );
    const filled = fillNamespace('/team/:team/x', { team }, (...args) => {
      unfit.push(args);
      return 'unfit';
    });
    expect([filled, unfit]).toEqual(['/team/unfit/x', [['team', team]]]);
  });

  it('takes 128 characters, and no property that every object has', () => {
    const team = 'x'.repeat(128);
    expect(fillNamespace('/:team', { team })).toBe(`/${team}`);
    expect(() => fillNamespace('/:constructor', {})).toThrow('parameter `constructor`');
  });
});
