import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const read = (file: string): string => readFileSync(file, 'utf8');

/** Names of the types that a file declares and exports. */
const declaredIn = (file: string): readonly string[] =>
  [...read(file).matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);

/** Names in the lists of exports of an entry point. */
const exportedBy = (file: string): readonly string[] =>
  [...read(file).matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names
      .split(',')
      .map((name) => name.replace(/\btype\b/, '').trim())
      .filter((name) => name !== ''),
  );

it('exports every type of the plan from gatewire/plan, and none from gatewire', () => {
  const types = declaredIn('src/plan/types.ts');
  expect(types).toContain('AppPlan');
  expect([...exportedBy('src/plan/index.ts')].sort()).toEqual([...types, 'BatteryPlan'].sort());
  expect(exportedBy('src/index.ts').filter((name) => types.includes(name))).toEqual([]);
});
