import { describe, expect, it } from '@jest/globals';
import { publicIssues } from '../../../src/runtime/validate.js';

const schema = (vendor: string) => ({ '~standard': { version: 1, vendor, validate: () => ({ value: 1 }) } });
const texts = (vendor: string, ...messages: readonly string[]): readonly string[] =>
  publicIssues(
    schema(vendor) as never,
    messages.map((message) => ({ message })),
  ).map(({ message }) => message);

describe('the issues that a client sees', () => {
  it('have paths of keys, whatever form the library gives them', () => {
    const path = ['a', 1, { key: 'b' }, Symbol('c'), 'x'.repeat(300)];
    expect(publicIssues(schema('own') as never, [{ message: 'is wrong', path }, { message: 'too' }])).toEqual(
      [
        { message: 'is wrong', path: ['a', 1, 'b', 'Symbol(c)', 'x'.repeat(200)] },
        { message: 'too', path: [] },
      ],
    );
  });

  it('are 20 at most, with 20 keys each', () => {
    const path = Array.from({ length: 30 }, (_, i) => i);
    const issues = publicIssues(
      schema('own') as never,
      Array.from({ length: 30 }, (_, i) => ({ message: `${i}`, path })),
    );
    expect(issues.map(({ message }) => message)).toEqual(path.slice(0, 20).map(String));
    expect(issues[0]?.path).toEqual(path.slice(0, 20));
  });

  it('are cut after 200 characters, and say nothing but that where only a quote can make them that long', () => {
    expect(texts('own', 'a'.repeat(1_000), 'a'.repeat(1_001))).toEqual(['a'.repeat(200), 'is not valid']);
  });

  it('quote no value', () => {
    expect(texts('zod', "expected a, received 'secret'", 'expected string, received number')).toEqual([
      'expected a',
      'expected string, received number',
    ]);
    expect(texts('valibot', 'Invalid type: Expected string but received "secret"')).toEqual([
      'Invalid type: Expected string',
    ]);
    expect(texts('arktype', 'must be a string (was "secret")')).toEqual(['must be a string']);
    expect(texts('toString', 'must be a string (was "mine")')).toEqual(['must be a string (was "mine")']);
  });
});
