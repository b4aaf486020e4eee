/** What differs between the tests that are written. */
export interface TestParts {
  /** The module that `test` comes from. */
  readonly testImport: string;
  readonly imports: string;
  /** Names that are imported from gatewire itself. */
  readonly gatewireImports?: string;
  /** Declarations ahead of the test. */
  readonly before?: string;
  readonly title: string;
  /** The class that the application is made of. */
  readonly gateway: string;
  /** Lines with `app` at hand. */
  readonly body: string;
}

/** Writes a test that connects to the real server; its assertions are Node's, so that it suits every runner. */
export function testFile({
  testImport,
  imports,
  gatewireImports,
  before = '',
  title,
  gateway,
  body,
}: TestParts): string {
  // As tools sort imports: Node's own, then packages by name, then files.
  const packages = [
    ...(gatewireImports === undefined ? [] : [`import { ${gatewireImports} } from 'gatewire';`]),
    "import { createTestApp } from 'gatewire/testing';",
  ];
  const test = `import { test } from '${testImport}';`;
  const sorted = testImport === 'vitest' ? [...packages, test] : [test, ...packages];
  return `import assert from 'node:assert/strict';
${sorted.join('\n')}
${imports}

${before}test('${title}', async () => {
  const app = await createTestApp(${gateway});
  try {
    ${body}
  } finally {
    await app.close();
  }
});
`;
}
