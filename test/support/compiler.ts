import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll } from '@jest/globals';
import { API, type Diagnostic, type Program } from 'typescript7/unstable/sync';

/** What the compiler says about one place. */
export interface Complaint {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/**
 * A compiler of files that exist in memory only, which reads what they import once for all compilations: the native one,
 * TypeScript 7, which needs a fifth of the time. The order of a union in its messages is not that of TypeScript 6.
 */
export class Compiler {
  readonly #options: object;
  readonly #texts = new Map<string, string>();
  readonly #api = new API({
    fs: {
      readFile: (file) => this.#texts.get(file),
      fileExists: (file) => this.#texts.has(file) || undefined,
    },
  });
  #compilations = 0;

  /** @param options - on top of those of the repository, as a tsconfig.json has them */
  constructor(options: object = {}) {
    this.#options = options;
    afterAll(() => this.#api.close());
  }

  /** What is wrong in files, each a text by its path; what they import is not looked at. */
  complaints(files: ReadonlyMap<string, string>): readonly Complaint[] {
    const program = this.#compile(files);
    return [...files].flatMap(([file, text]) => {
      const name = path.resolve(file);
      const found = [...program.getSyntacticDiagnostics(name), ...program.getSemanticDiagnostics(name)];
      return found.map((diagnostic) => ({
        file,
        line: text.slice(0, diagnostic.pos).split('\n').length,
        message: textOf(diagnostic),
      }));
    });
  }

  /** What is wrong in a file on the disk, and in all that it imports. */
  complaintsBehind(file: string): readonly string[] {
    const program = this.#compile(new Map([[file, readFileSync(file, 'utf8')]]));
    const found = [
      ...program.getProgramDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...program.getSyntacticDiagnostics(),
      ...program.getSemanticDiagnostics(),
    ];
    return found.map((diagnostic) => `${diagnostic.fileName}: ${textOf(diagnostic)}`);
  }

  /** What is wrong in sources that are files of test/types: a list of messages for each. */
  messages(sources: readonly string[]): readonly (readonly string[])[] {
    const names = sources.map((_, i) => `test/types/in-memory-${i}.ts`);
    const found = this.complaints(new Map(names.map((name, i) => [name, sources[i] ?? ''])));
    return names.map((name) => found.filter(({ file }) => file === name).map(({ message }) => message));
  }

  #compile(files: ReadonlyMap<string, string>): Program {
    const paths = [...files.keys()].map((file) => path.resolve(file));
    const changed = paths.filter((file) => this.#texts.has(file));
    const created = paths.filter((file) => !this.#texts.has(file));
    for (const [file, text] of files) this.#texts.set(path.resolve(file), text);
    const config = path.resolve(`tsconfig.in-memory-${++this.#compilations}.json`);
    const compilerOptions = { ...this.#options, noEmit: true };
    const settings = { extends: './tsconfig.json', compilerOptions, files: paths, include: [], exclude: [] };
    this.#texts.set(config, JSON.stringify(settings));
    const snapshot = this.#api.updateSnapshot({ openProjects: [config], fileChanges: { changed, created } });
    const program = snapshot.getProject(config)?.program;
    if (program === undefined) throw new Error(`${config} was not compiled`);
    const wrong = program.getConfigFileParsingDiagnostics();
    if (wrong.length > 0) throw new Error(wrong.map(textOf).join('\n'));
    return program;
  }
}

/** A message, with those that explain it indented below. */
function textOf({ text, messageChain = [] }: Diagnostic): string {
  return [text, ...messageChain.map((one) => textOf(one).replace(/^/gm, '  '))].join('\n');
}
