import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import satisfies from 'semver/functions/satisfies.js';

/** The part of package-lock.json that says what an installation brings. */
interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      {
        dev?: boolean;
        devOptional?: boolean;
        engines?: { node?: string };
        dependencies?: Record<string, string>;
      }
    >
  >;
}

// Bundling renames what would collide; names are in logs, in the boot report, and in errors of containers.
it.each([
  'index',
  'client/index',
  'contract/index',
  'nodes/brokers/index',
  'nodes/cores/index',
  'testing/index',
])('dist/%s.js exports everything under its own name', async (entry) => {
  const exported = (await import(`../../../dist/${entry}.js`)) as Record<string, unknown>;
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  expect(functions.length).toBeGreaterThan(0);
  expect(functions.map(([, value]) => (value as { name: string }).name)).toEqual(
    functions.map(([name]) => name),
  );
});

it('runs on the oldest Node that package.json names, and so does all that comes with it', () => {
  const oldest = '20.19.0';
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
  expect(packages['']?.engines?.node).toBe(`>=${oldest}`);
  const shipped = Object.entries(packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
  const dependencies = Object.keys(packages['']?.dependencies ?? {}).map((name) => `node_modules/${name}`);
  expect(dependencies).not.toEqual([]);
  expect(shipped.map(([folder]) => folder)).toEqual(expect.arrayContaining(dependencies));
  const newer = shipped.filter(([, { engines }]) => !satisfies(oldest, engines?.node ?? `>=${oldest}`));
  expect(newer.map(([folder]) => folder)).toEqual([]);
});
