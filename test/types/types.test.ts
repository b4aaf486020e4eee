import path from 'node:path';
import { expect, it } from '@jest/globals';
import ts from 'typescript';

it.each(['public', 'client', 'brokers'])(
  'compiles what has to compile in %s.ts, and refuses what must not',
  (name) => {
    const config = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, process.cwd());
    const file = path.resolve(`test/types/${name}.ts`);
    const program = ts.createProgram([file], { ...options, noEmit: true });
    const found = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0;
      return `${line + 1}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
    expect(found).toEqual([]);
  },
);
