import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const FILE = path.resolve('test/types/in-memory.ts');
const SOURCE = `
import * as z from 'zod';
import { connect } from 'gatewire/client';
import { defineContract } from 'gatewire';
const chat = defineContract('/chat', {
  clientToServer: {
    'message:send': { payload: z.object({ text: z.string() }), ack: z.object({ id: z.string() }) },
    ping: {},
  },
});
const room = connect<typeof chat>('/chat', 'http://localhost:3000');
await room.api['message:send']({ text: 'hi' });
await room.api.ping();
`;

const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());

/** What an editor asks: a language service with one file that exists in memory only. */
function editor(): ts.LanguageService {
  return ts.createLanguageService({
    getCompilationSettings: () => ({ ...options, noEmit: true }),
    getScriptFileNames: () => [FILE],
    getScriptVersion: () => '1',
    getScriptSnapshot: (file) => {
      const text = file === FILE ? SOURCE : ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === FILE || ts.sys.fileExists(file),
    readFile: (file) => (file === FILE ? SOURCE : ts.sys.readFile(file)),
    directoryExists: ts.sys.directoryExists,
  });
}

const lineOf = (position: number): string | undefined =>
  SOURCE.split('\n')[SOURCE.slice(0, position).split('\n').length - 1]?.trim();

describe('an editor', () => {
  const service = editor();

  it.each([
    ["room.api['message:send']", 'message:send'],
    ['room.api.ping', 'ping'],
  ])('goes from %s to the contract, and renames both', (use, name) => {
    expect(service.getSemanticDiagnostics(FILE)).toEqual([]);
    const position = SOURCE.indexOf(use) + use.indexOf(name) + 1;
    const definitions = service.getDefinitionAtPosition(FILE, position) ?? [];
    expect(definitions.map(({ textSpan }) => lineOf(textSpan.start))).toEqual([
      expect.stringMatching(new RegExp(`^'?${name}'?: {`)),
    ]);
    const places = service.findRenameLocations(FILE, position, false, false, {}) ?? [];
    expect(places.map(({ textSpan }) => lineOf(textSpan.start))).toEqual([
      expect.stringMatching(new RegExp(`^'?${name}'?: {`)),
      expect.stringContaining(use),
    ]);
  });
});
