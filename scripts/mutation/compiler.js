// What the compiler knows: the mutants of a folder, and which of them it refuses. A mutant that does not compile needs
// no test.
import path from 'node:path';
import ts from 'typescript';
import { mutantsOf } from './mutants.js';

/** What is left over after a change is no sign of the change: unused names, and code that is never reached. */
const LEFT_OVER = new Set([6133, 6138, 6192, 6196, 6198, 7027]);

/** Compiles src/ of a tree, and judges changes of single files. */
export class Compiler {
  #root;
  #options;
  #files;
  #program;
  #changed = null;

  /** @param {string} root - folder of the tree */
  constructor(root) {
    this.#root = root;
    const file = path.join(root, 'tsconfig.json');
    const config = ts.parseJsonConfigFileContent(
      ts.readConfigFile(file, ts.sys.readFile).config,
      ts.sys,
      root,
    );
    this.#options = { ...config.options, noEmit: true };
    this.#files = config.fileNames.filter((name) => name.startsWith(path.join(root, 'src') + path.sep));
    this.#program = this.#compile();
  }

  /** The mutants of all files in some folders. */
  mutants(folders) {
    const checker = this.#program.getTypeChecker();
    const inside = (file) => folders.some((folder) => `${file}/`.startsWith(`${folder}/`));
    return this.#files
      .map((name) => [name, path.relative(this.#root, name).replaceAll(path.sep, '/')])
      .filter(([, file]) => inside(file))
      .flatMap(([name, file]) => mutantsOf(this.#program.getSourceFile(name), checker, file));
  }

  /** Whether the mutant compiles. */
  accepts({ file, start, end, after }) {
    const name = path.join(this.#root, file);
    const { text } = this.#program.getSourceFile(name);
    this.#changed = { name, text: text.slice(0, start) + after + text.slice(end) };
    const program = this.#compile();
    const source = program.getSourceFile(name);
    this.#changed = null;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.every(({ code }) => LEFT_OVER.has(code));
  }

  #compile() {
    const host = ts.createCompilerHost(this.#options);
    const read = host.getSourceFile;
    host.getSourceFile = (name, ...others) => {
      if (this.#changed?.name === name) return ts.createSourceFile(name, this.#changed.text, ...others);
      return this.#program?.getSourceFile(name) ?? read.call(host, name, ...others);
    };
    return ts.createProgram(this.#files, this.#options, host, this.#program);
  }
}
