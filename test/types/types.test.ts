import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Compiler } from '../support/compiler.js';

const compiler = new Compiler();

it.each(['public', 'client', 'topics', 'brokers', 'stack'])(
  'compiles what has to compile in %s.ts, and refuses what must not',
  (name) => {
    const file = `test/types/${name}.ts`;
    expect(compiler.complaints(new Map([[file, readFileSync(file, 'utf8')]]))).toEqual([]);
  },
);
