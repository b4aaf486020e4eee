import path from 'node:path';
import ts from 'typescript';

/** What the compiler says about one place. */
export interface Complaint {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A compiler of files that exist in memory only, which finds and parses what they import once for all compilations. */
export class Compiler {
  readonly #options: ts.CompilerOptions;
  readonly #parsed = new Map<string, ts.SourceFile | undefined>();
  #last: ts.Program | undefined;

  /** @param options - in place of those of the repository */
  constructor(options: ts.CompilerOptions = optionsOf('tsconfig.json')) {
    this.#options = { ...options, noEmit: true };
  }

  /** Compiles files, each a text by its path. */
  compile(files: ReadonlyMap<string, string>): ts.Program {
    const texts = new Map([...files].map(([file, text]) => [path.resolve(file), text]));
    const host = ts.createCompilerHost(this.#options);
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (file) => texts.has(path.resolve(file)) || fileExists(file);
    host.readFile = (file) => texts.get(path.resolve(file)) ?? readFile(file);
    host.getSourceFile = (file, ...rest) => {
      const text = texts.get(path.resolve(file));
      if (text !== undefined) return ts.createSourceFile(file, text, rest[0], true);
      if (!this.#parsed.has(file)) this.#parsed.set(file, getSourceFile(file, ...rest));
      return this.#parsed.get(file);
    };
    this.#last = ts.createProgram([...texts.keys()], this.#options, host, this.#last);
    return this.#last;
  }

  /** Compiles files, and returns what is wrong in them; what they import is not looked at. */
  complaints(files: ReadonlyMap<string, string>): readonly Complaint[] {
    const program = this.compile(files);
    return [...files.keys()].flatMap((file) => complaintsOf(program, file));
  }
}

/** What is wrong in one file of a program. */
export function complaintsOf(program: ts.Program, name: string): readonly Complaint[] {
  const file = program.getSourceFile(path.resolve(name));
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return found.map(({ start, messageText }) => ({
    file: name,
    line: (file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

/** The options of a tsconfig.json. */
export function optionsOf(file: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, process.cwd()).options;
}
