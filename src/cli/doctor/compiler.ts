import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { findInstalled, type Installed } from '../packages.js';
import { nearestTsconfig } from '../typescript.js';
import { type Finding, failure, ok, warning } from './finding.js';
import { isAtLeast } from './semver.js';

const LIMIT_MS = 60_000;

/**
 * Looks at what the compiler makes of tsconfig.json, with `extends` and defaults: the compiler itself is asked.
 *
 * @param app - absolute path of the application
 * @param isModule - whether the files are ES modules, by package.json
 */
export function checkCompiler(app: string, isModule: boolean, cwd: string): readonly Finding[] {
  const tsconfig = nearestTsconfig(app);
  if (tsconfig === null) {
    const fix = 'write one with "experimentalDecorators": true; gatewire new shows a whole one';
    return [failure('tsconfig', `no tsconfig.json covers ${relativeTo(cwd, app)}`, fix)];
  }
  const shown = relativeTo(cwd, tsconfig);
  const typescript = findInstalled('typescript', dirname(tsconfig));
  if (typescript === null) {
    const fact = `TypeScript is not installed, so nobody can say what ${shown} means`;
    return [warning('tsconfig', fact, 'npm install --save-dev typescript')];
  }
  const config = showConfig(typescript, tsconfig);
  if (typeof config === 'string') return [failure('tsconfig', `${shown}: ${config}`, 'mend tsconfig.json')];
  return [
    covers(config, app, tsconfig, cwd),
    decorators(config, shown),
    ...emitted(config, shown),
    resolution(config, typescript, isModule, shown),
  ];
}

interface Config {
  readonly compilerOptions?: {
    readonly experimentalDecorators?: boolean;
    readonly emitDecoratorMetadata?: boolean;
    readonly module?: string;
    readonly moduleResolution?: string;
  };
  readonly files?: readonly string[];
}

/** The options in force, or what the compiler has against them. */
function showConfig({ folder }: Installed, tsconfig: string): Config | string {
  const program = join(folder, 'bin/tsc');
  const { stdout, status, error } = spawnSync(process.execPath, [program, '--showConfig', '-p', tsconfig], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) return error.message;
  if (status !== 0) return stdout.trim().split('\n')[0] ?? `tsc ended with ${status}`;
  return JSON.parse(stdout) as Config;
}

/** tsx and the compiler apply a tsconfig.json to the files it covers, and to no others. */
function covers({ files = [] }: Config, app: string, tsconfig: string, cwd: string): Finding {
  const shown = relativeTo(cwd, app);
  return files.some((file) => resolve(dirname(tsconfig), file) === app)
    ? ok('tsconfig', `${relativeTo(cwd, tsconfig)} covers ${shown}`)
    : failure(
        'tsconfig',
        `${relativeTo(cwd, tsconfig)} does not cover ${shown}, so its options do not hold there`,
        `add ${shown} to its "include"`,
      );
}

function decorators({ compilerOptions = {} }: Config, shown: string): Finding {
  return compilerOptions.experimentalDecorators === true
    ? ok('decorators', 'experimentalDecorators is on')
    : failure(
        'decorators',
        `experimentalDecorators is off in ${shown}`,
        '"experimentalDecorators": true in its "compilerOptions"',
      );
}

function emitted({ compilerOptions = {} }: Config, shown: string): readonly Finding[] {
  if (compilerOptions.emitDecoratorMetadata !== true) return [];
  const fact = `emitDecoratorMetadata is on in ${shown}; gatewire reads none, and tsx and esbuild write none`;
  return [warning('decorators', fact, 'take it out, unless another library needs it')];
}

function resolution(
  { compilerOptions: { module = '', moduleResolution = '' } = {} }: Config,
  { version }: Installed,
  isModule: boolean,
  shown: string,
): Finding {
  const [written, of] = [moduleResolution.toLowerCase(), module.toLowerCase()];
  // TypeScript 6 takes `bundler` where nothing is written.
  const isDefault = written === '' && (isAtLeast(version, '6.0.0') || of === 'preserve');
  // In node16 a CommonJS file may not require() a module, which Node 20.19 does.
  const isGood = isDefault || /^(nodenext|bundler)$/.test(written) || (written === 'node16' && isModule);
  if (isGood) return ok('resolution', `moduleResolution is ${written || 'bundler'}`);
  const kind = isModule ? 'an ES module' : 'a CommonJS project';
  return failure(
    'resolution',
    `moduleResolution in ${shown} is ${written || 'the old default'}, with which ${kind} does not find the types of gatewire`,
    '"module": "nodenext", or "moduleResolution": "bundler", in its "compilerOptions"',
  );
}
