/** One way in which clients connect; spread it into the options of `createTestApp`. */
export interface MatrixCell {
  readonly transport: 'websocket' | 'polling';
}

const CELLS: readonly MatrixCell[] = [{ transport: 'websocket' }, { transport: 'polling' }];

/**
 * Describes the same behaviour on every transport, with the `describe` of the test runner.
 *
 * @param name - what is described
 * @param define - defines the tests for one cell
 * @example
 * describeMatrix('acknowledgements', (cell) => {
 *   it('carry what the handler returned', async () => {
 *     await using test = await createTestApp(EchoGateway, cell);
 *     const client = await test.client.connect();
 *     expect(await client.call('echo', 1)).toBe(1);
 *   });
 * });
 */
export function describeMatrix(name: string, define: (cell: MatrixCell) => void): void {
  const { describe } = globalThis as { describe?: (name: string, define: () => void) => void };
  if (describe === undefined)
    throw new TypeError('describeMatrix needs a test runner with a global describe()');
  for (const cell of CELLS) describe(`${name} over ${cell.transport}`, () => define(cell));
}
