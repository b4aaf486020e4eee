import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { shared } from '../../support/shared.js';
import { emptyFolder } from '../cli/project.js';

const run = promisify(execFile);
const root = path.resolve('.');
const folder = emptyFolder();
let count = 0;
let unpacked = '';

/** What gatewire itself installs, besides what the pages name. */
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};
const OWN = [...Object.keys(dependencies), 'esbuild'];

/** Finds the packed gatewire, ahead of all tutorials. */
export async function prepare(): Promise<void> {
  unpacked = await shared('package');
}
export const removeAll = (): void => folder.remove();

/** What a reader has after following pages in their order, from an empty folder: their files, and nothing else. */
export class Tutorial {
  readonly folder: string;
  /** The texts of the pages. */
  readonly pages: readonly string[];

  /** @param pages - files by their paths from docs/tutorials; each one goes on where the one before ended */
  constructor(...pages: readonly string[]) {
    this.folder = path.join(folder.path, `${pages.map((page) => path.basename(page)).join('-')}-${++count}`);
    this.pages = pages.map((page) => readFileSync(`docs/tutorials/${page}.md`, 'utf8'));
    const modules = path.join(this.folder, 'node_modules');
    mkdirSync(modules, { recursive: true });
    // A copy: what is linked would look for its packages where it really is.
    cpSync(unpacked, path.join(modules, 'gatewire'), { recursive: true });
    for (const name of new Set([...this.#installed(), ...OWN])) {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
    }
    writeFileSync(path.join(this.folder, 'package.json'), '{ "type": "module", "private": true }');
    for (const page of this.pages) {
      for (const [, file = '', code = ''] of page.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)) {
        mkdirSync(path.dirname(path.join(this.folder, file)), { recursive: true });
        writeFileSync(path.join(this.folder, file), code);
      }
    }
  }

  /** The text of the last page. */
  get page(): string {
    return this.pages.at(-1) ?? '';
  }

  /** What the compiler says. */
  async compile(): Promise<string> {
    // TypeScript 7 takes a fifth of the time of 6, which checks the types of the package elsewhere.
    const tsc = path.join(root, 'node_modules/typescript7/bin/tsc');
    const args = [tsc, '-p', '.', '--noEmit'];
    const { stdout } = await run(process.execPath, args, { cwd: this.folder }).catch(
      (error: { stdout: string }) => error,
    );
    return stdout;
  }

  /** Runs the command with which the last page runs its tests, and returns what it prints. */
  async test(): Promise<string> {
    const [, command = ''] = /^node (--import tsx --test .+)$/m.exec(this.page) ?? [];
    const args = ['--test-reporter=tap', ...command.split(' ')];
    const { stdout } = await run(process.execPath, args, { cwd: this.folder }).catch(
      (error: { stdout: string }) => error,
    );
    return stdout;
  }

  /** Starts a file of the pages. */
  start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    return spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** The packages that the `npm install` lines of the pages name. */
  #installed(): readonly string[] {
    return [...this.pages.join('\n').matchAll(/^npm install (.+)$/gm)].flatMap(([, words = '']) =>
      words.split(' ').filter((word) => !word.startsWith('-') && word !== 'gatewire'),
    );
  }
}
