#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { createOutput, type Output } from './output.js';
import { run } from './run.js';

const output = createOutput(process.stdout, process.stderr, process.env);
const exitCode = run(process.argv.slice(2), process.cwd(), output).catch(unexpected);
void exitCode.then((code) => end(code, output));

/** A defect of the command line program: whoever reports it needs the stack. */
function unexpected(error: unknown): number {
  output.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT.problems;
}

/** Ends the process: the application that was imported may keep timers and connections, and nobody waits for them. */
async function end(code: number, { flush }: Output): Promise<never> {
  try {
    await flush();
  } catch (error) {
    process.stderr.write(`gatewire: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(EXIT.problems);
  }
  process.exit(code);
}
