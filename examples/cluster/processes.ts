import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// node.ts, or node.js once it is built.
const NODE_FILE = fileURLToPath(new URL(`node${path.extname(import.meta.url)}`, import.meta.url));

/** Starts a program that writes to the terminal only what it has to complain about. */
export function startProgram(file: string, args: readonly string[]): ChildProcess {
  // A group of its own: Ctrl+C is for main.ts, which ends everything in order.
  return spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
}

/** Starts a node, which talks with this process over IPC. */
export function startNode(env: Readonly<Record<string, string>>): ChildProcess {
  // With the arguments of this process: it is run by tsx until it is built, and so are the nodes.
  return spawn(process.execPath, [...process.execArgv, NODE_FILE], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
}

/** Tells a process to end, and waits until it has; after `limitMs` it is killed. */
export async function end(child: ChildProcess, limitMs = 10_000): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await ended;
  clearTimeout(late);
}

export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Asks the system for a port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
