import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { WIRE_CODES } from '../../../src/errors/gatewire-error.js';
import { ERRORS } from '../../../src/errors/registry.js';

const page = readFileSync('docs/reference/errors.md', 'utf8');

it('docs/reference/errors.md has every code of the registry, and no other', () => {
  const documented = [...page.matchAll(/^\| `(GW_ERR_\w+)`/gm)].map(([, code]) => code);
  expect(documented).toEqual(Object.keys(ERRORS));
});

it('docs/reference/errors.md has every wire code with its text, and no other', () => {
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)]
    .filter(([, code = '']) => !code.startsWith('GW_ERR_'))
    .map(([, code, text = '']) => [code, text.trim()]);
  expect(documented).toEqual(Object.entries(WIRE_CODES));
});
