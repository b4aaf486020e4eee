import { expect, it } from '@jest/globals';

// Bundling renames what would collide; names are in logs, in the boot report, and in errors of containers.
it.each([
  'index',
  'client/index',
  'contract/index',
  'nodes/brokers/index',
  'nodes/cluster/index',
  'testing/index',
])('dist/%s.js exports everything under its own name', async (entry) => {
  const exported = (await import(`../../dist/${entry}.js`)) as Record<string, unknown>;
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  expect(functions.length).toBeGreaterThan(0);
  expect(functions.map(([, value]) => (value as { name: string }).name)).toEqual(
    functions.map(([name]) => name),
  );
});
