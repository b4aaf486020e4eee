import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { LONGEST } from '../../scripts/test-sequencer.js';

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.ts$/.test(name) && !/^(load|support|fixtures)\b/.test(name))
  .map((name) => ({ name, text: readFileSync(path.join('test', name), 'utf8') }));

/** What a machine that is busy makes untrue. Promises about time are kept in test/load, which runs alone. */
const MEASURED = [
  /expect\([^;]*(?:performance|Date)\.now\(\)[^;]*\.toBeLess/, // a clock
  /expect\(\s*await until\([^;]*\.toBeLess/, // what waiting took
  /\b(?:within|until)\((?:[^;(]|\([^;()]*\))*, [\d_]+\)/, // a limit of its own
  /jest\.setTimeout\(/,
];

it('no test outside of test/load compares a measured time, or has a time limit of its own', () => {
  const wrong = files.flatMap(({ name, text }) =>
    MEASURED.flatMap((pattern) => {
      const [found] = pattern.exec(text) ?? [];
      return found === undefined ? [] : [`${name}: ${found}`];
    }),
  );
  expect(wrong).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});

it('the files that run first are there', () => {
  expect(LONGEST.filter((name) => !existsSync(`test/${name}.test.ts`))).toEqual([]);
});
