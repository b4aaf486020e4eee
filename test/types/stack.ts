// Compiled, never run: what has to compile does, and what must not is marked. See types.test.ts.
import type { Private } from '../../src/base/stack.js';

interface WorkerShape {
  readonly clientsCount: number;
  readonly process: object;
}

declare const worker: Private<'@socket.io/sticky', 'Worker', WorkerShape>;
void worker.clientsCount;
// @ts-expect-error a member without a row in the table
void worker.process;

// @ts-expect-error a row without a type
export type Typeless = Private<'@socket.io/sticky', 'Worker', { readonly process: object }>;
// @ts-expect-error an owner that is not in the table
export type Ownerless = Private<'@socket.io/sticky', 'Wrokr', WorkerShape>;
