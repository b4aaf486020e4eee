import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkCompiler } from '../../../src/cli/doctor/compiler.js';
import { COMPILER, HealthyProject, toFix } from './healthy-project.js';

let project: HealthyProject;

beforeEach(() => {
  project = new HealthyProject('typescript');
});
afterEach(() => project.remove());

/** What the doctor says of the compiler alone: it asks it in a process. */
const compilerFindings = (isModule = true) =>
  checkCompiler(path.join(project.path, 'src/app.ts'), isModule, project.path);

describe('gatewire doctor, of tsconfig.json', () => {
  it('asks the compiler what is in force', async () => {
    const config = (compilerOptions: object, more: object = {}) =>
      project.write('tsconfig.json', JSON.stringify({ compilerOptions, ...more }));
    const about = async (check: string) => (await compilerFindings()).find((one) => one.check === check);

    project.write('base.json', `{ /* a comment */ "compilerOptions": ${JSON.stringify(COMPILER)}, }`);
    project.write('tsconfig.json', '{ "extends": "./base.json", "include": ["src"] }');
    expect(toFix((await project.examine()).findings)).toEqual([]);

    config({ ...COMPILER, experimentalDecorators: false });
    expect(await about('decorators')).toMatchObject({
      level: 'error',
      fact: 'experimentalDecorators is off in tsconfig.json',
      fix: '"experimentalDecorators": true in its "compilerOptions"',
    });
    config(COMPILER, { files: ['other.ts'] });
    project.write('other.ts', '');
    expect(await about('tsconfig')).toMatchObject({
      level: 'error',
      fact: 'tsconfig.json does not cover src/app.ts, so its options do not hold there',
    });
    config({ ...COMPILER, emitDecoratorMetadata: true });
    expect(toFix(await compilerFindings())).toMatchObject([{ check: 'decorators', level: 'warning' }]);
    project.write('tsconfig.json', '{ "compilerOptions": { "target": "es1066" } }');
    expect(await about('tsconfig')).toMatchObject({
      level: 'error',
      fact: expect.stringContaining('target'),
    });
  });

  it.each([
    ['module', 'node16', undefined, true],
    ['commonjs', 'node16', undefined, false],
    ['commonjs', 'nodenext', undefined, true],
    ['commonjs', 'commonjs', 'node10', false],
    ['commonjs', 'esnext', 'bundler', true],
    ['commonjs', 'commonjs', undefined, true], // TypeScript 6
  ])(
    'knows whether a project of type %s finds the types with module %s and moduleResolution %s',
    async (type, module, moduleResolution, isGood) => {
      project.write('package.json', JSON.stringify({ type }));
      const compilerOptions = { ...COMPILER, module, moduleResolution, ignoreDeprecations: '6.0' };
      project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
      const findings = await compilerFindings(type === 'module');
      const found = findings.find(({ check }) => check === 'resolution');
      expect(found).toMatchObject({ level: isGood ? 'ok' : 'error' });
      if (!isGood) expect(found?.fix).toContain('"module": "nodenext"');
    },
  );
});
