import { execFile } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { relativeTo } from '../../inspect/locate.js';
import { findInstalled, type Installed } from '../packages.js';
import { nearestTsconfig } from '../typescript.js';
import { type Finding, failure, ok, warning } from './finding.js';

const LIMIT_MS = 60_000;

/**
 * Checks the compiler options that are in force. The compiler itself is asked, because of `extends` and defaults.
 *
 * @param app - absolute path of the application
 * @param isModule - true when package.json makes its files ES modules
 */
export async function checkCompiler(
  app: string,
  isModule: boolean,
  cwd: string,
): Promise<readonly Finding[]> {
  const tsconfig = nearestTsconfig(app);
  if (tsconfig === null) {
    const fix = 'write one with "experimentalDecorators": true; gatewire new shows a whole one';
    return [failure('tsconfig', `no tsconfig.json covers ${relativeTo(cwd, app)}`, fix)];
  }
  const shown = relativeTo(cwd, tsconfig);
  const typescript = findInstalled('typescript', dirname(tsconfig));
  if (typescript === null) {
    const fact = `TypeScript is not installed, so ${shown} cannot be checked`;
    return [warning('tsconfig', fact, 'npm install --save-dev typescript')];
  }
  const config = await showConfig(typescript, tsconfig);
  if (typeof config === 'string') return [failure('tsconfig', `${shown}: ${config}`, 'fix tsconfig.json')];
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

/** Returns the options in force, or the error of the compiler. */
function showConfig({ folder }: Installed, tsconfig: string): Promise<Config | string> {
  const args = [join(folder, 'bin/tsc'), '--showConfig', '-p', tsconfig];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Config);
      else resolve(stdout.trim().split('\n', 1)[0] || error.message);
    });
  });
}

/** Checks that tsconfig.json covers the application: tsx and the compiler apply it to the files it covers only. */
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
  // `bundler` is the default of TypeScript 6.
  const isDefault = written === '' && (Number.parseInt(version, 10) >= 6 || of === 'preserve');
  // With node16 a CommonJS file must not require() an ES module, although Node 20.19 can.
  const isGood = isDefault || /^(nodenext|bundler)$/.test(written) || (written === 'node16' && isModule);
  if (isGood) return ok('resolution', `moduleResolution is ${written || 'bundler'}`);
  const kind = isModule ? 'an ES module' : 'a CommonJS project';
  return failure(
    'resolution',
    `moduleResolution in ${shown} is ${written || 'the old default'}, with which ${kind} does not find the types of gatewire`,
    '"module": "nodenext", or "moduleResolution": "bundler", in its "compilerOptions"',
  );
}
