// A copy of the repository outside of it, in which mutants live.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../bundle.js';

/** Copies the repository with what is not committed yet. */
export class Tree {
  /** Absolute path of the copy. */
  root;
  #files;
  #isBuilt = false;
  /** Whether dist/ is what src/ makes. */
  #isBundled = false;

  /** @param {string} from - root of the repository */
  constructor(from) {
    // Tests compare paths with those that the compiler and Node report.
    this.root = mkdtempSync(path.join(realpathSync(tmpdir()), 'gatewire-mutants-'));
    const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: from,
    });
    this.#files = [...new Set(list.toString().split('\0'))]
      .filter((file) => file !== '' && existsSync(path.join(from, file)))
      .sort();
    for (const file of this.#files) cpSync(path.join(from, file), path.join(this.root, file));
    symlinkSync(path.join(from, 'node_modules'), path.join(this.root, 'node_modules'), 'junction');
  }

  /** Builds dist/ of what is in src/ now; declarations only once. With source maps, coverage of it leads to src/. */
  async build() {
    if (!this.#isBuilt) {
      const { status } = spawnSync(process.execPath, ['scripts/build.js'], {
        cwd: this.root,
        stdio: 'inherit',
      });
      if (status !== 0) throw new Error('the copy does not build');
      this.#isBuilt = true;
    }
    if (this.#isBundled) return;
    await bundle(this.root, { sourcemap: 'inline', logLevel: 'silent' });
    this.#isBundled = true;
  }

  /** Test files, from the root of the tree. */
  get tests() {
    return this.#files.filter((file) => /^test\/.*\.test\.ts$/.test(file));
  }

  /** A hash of all files whose path begins in one of these ways. */
  hash(...starts) {
    const hash = createHash('sha256');
    for (const file of this.#files) {
      if (!starts.some((start) => file.startsWith(start))) continue;
      hash.update(`${file}\0`).update(readFileSync(path.join(this.root, file)));
    }
    return hash.digest('hex').slice(0, 16);
  }

  read(file) {
    return readFileSync(path.join(this.root, file), 'utf8');
  }

  /** The lines of src/ that have a word in. */
  uses(word) {
    const pattern = new RegExp(`\\b${word.replaceAll('$', '\\$')}\\b`);
    return this.#files
      .filter((file) => file.startsWith('src/'))
      .flatMap((file) =>
        this.read(file)
          .split('\n')
          .flatMap((text, index) => (pattern.test(text) ? [{ file, line: index + 1 }] : [])),
      );
  }

  /** Changes one file, runs a function, and changes it back. */
  async with({ file, start, end, after }, run) {
    const name = path.join(this.root, file);
    const text = readFileSync(name, 'utf8');
    this.#isBundled = false;
    writeFileSync(name, text.slice(0, start) + after + text.slice(end));
    try {
      return await run();
    } finally {
      writeFileSync(name, text);
      this.#isBundled = false;
    }
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }
}
