import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import { transformSync } from 'esbuild';
import { gatewire, root } from './gatewire.js';
import { emptyFolder } from './project.js';

/** One finding of `gatewire doctor --json`. */
export interface Finding {
  readonly check: string;
  readonly level: string;
  readonly fact: string;
  readonly fix: string | null;
}

/** Compiler options without findings. */
export const COMPILER = {
  target: 'es2022',
  module: 'nodenext',
  types: ['node'],
  experimentalDecorators: true,
};

/** Application without findings. */
export const APP = `import { createApp, Gateway, OnEvent } from 'gatewire';
@Gateway('/chat', { auth: () => ({ user: { id: 'ann' } }) })
class ChatGateway { @OnEvent('say') say() {} }
export const app = createApp({ gateways: [ChatGateway] });
`;

/** Project without findings, until a test changes it. */
export class HealthyProject {
  readonly #folder = emptyFolder();
  readonly path = this.#folder.path;

  #isCompiled = false;

  /** @param compiler - TypeScript 7 takes a tenth of the time of 6 */
  constructor(compiler: 'typescript' | 'typescript7' = 'typescript7') {
    this.write('package.json', '{ "type": "module" }');
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: COMPILER, include: ['src'] }));
    this.writeApp(APP);
    mkdirSync(path.join(this.path, 'node_modules'));
    const packages = ['socket.io', 'inversify', 'reflect-metadata', 'tsx', '@types'];
    for (const name of packages) this.#link(name, path.join(root, 'node_modules', name));
    this.#link('typescript', path.join(root, 'node_modules', compiler));
    this.#link('gatewire', root);
  }

  remove(): void {
    this.#folder.remove();
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.path, file)), { recursive: true });
    writeFileSync(path.join(this.path, file), text);
  }

  /** Has the application in JavaScript from here on, which takes a third of the time where its source is no matter. */
  compile(): void {
    this.#isCompiled = true;
    rmSync(path.join(this.path, 'src/app.ts'));
    this.writeApp(APP);
  }

  writeApp(text: string): void {
    if (!this.#isCompiled) return this.write('src/app.ts', text);
    const { code } = transformSync(text, {
      loader: 'ts',
      keepNames: true,
      sourcemap: 'inline',
      sourcefile: '../src/app.ts',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
    this.write('dist/app.js', code);
  }

  /** Installs a package that consists of a name and a version. */
  fake(place: string, name: string, version: string): void {
    this.write(`${place}/node_modules/${name}/package.json`, JSON.stringify({ name, version }));
  }

  /** Runs the doctor, and compares its totals with its findings. */
  async examine(env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; findings: Finding[] }> {
    const { code, stdout, stderr } = await gatewire(['doctor', '--json'], {
      cwd: this.path,
      env: { PORT: '0', REDIS_URL: '', ...env },
    });
    expect(stderr).toBe('');
    const { findings, totals } = JSON.parse(stdout) as { findings: Finding[]; totals: object };
    const count = (level: string) => findings.filter((one) => one.level === level).length;
    expect(totals).toEqual({ errors: count('error'), warnings: count('warning') });
    return { code, findings };
  }

  #link(name: string, target: string): void {
    symlinkSync(target, path.join(this.path, 'node_modules', name), 'dir');
  }
}

/** Returns the findings that need a fix. */
export function toFix(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ level }) => level !== 'ok');
}
