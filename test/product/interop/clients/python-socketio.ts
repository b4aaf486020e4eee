import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { requireProgram } from '../../../../scripts/programs.js';
import { within } from '../../../support/within.js';
import { fromJson, toJson } from './bytes.js';
import { type Connection, type InteropClient, Refused, SERVER_EVENTS, type Transport } from './client.js';
import { Inbox } from './inbox.js';

const script = fileURLToPath(new URL('../python/client.py', import.meta.url));

const TRANSPORTS: Readonly<Record<Transport, readonly string[]>> = {
  websocket: ['websocket'],
  polling: ['polling'],
  upgrade: ['polling', 'websocket'],
};

let python: string | null = null;

/** python-socketio as Debian has it; each connection is a process of its own. */
export const pythonSocketIo: InteropClient = {
  name: 'python-socketio',
  transports: ['websocket', 'polling', 'upgrade'],
  hasBinary: true,
  reconnects: true,
  async connect(url, { transport, namespace }) {
    python ??= requireProgram('pythonSocketIo');
    const client = new PythonProcess(spawn(python, [script], { stdio: 'pipe' }));
    const refusal = await client.ask('connect', url, TRANSPORTS[transport], namespace, SERVER_EVENTS);
    if (refusal === null) {
      await client.inbox.next('connect');
      return connection(client, namespace);
    }
    await client.close();
    throw new Refused(refusal);
  },
};

function connection(client: PythonProcess, namespace: string): Connection {
  return {
    transport: async () => (await client.ask('transport')) as string,
    // It upgrades before it says that it is connected.
    async upgraded() {},
    call: async (...args) => (await client.ask('call', namespace, ...args)) as unknown[],
    async emit(...args) {
      await client.ask('emit', namespace, ...args);
    },
    next: (event) => client.inbox.next(event),
    close: () => client.close(),
  };
}

interface Line {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly event?: string;
  readonly args?: unknown[];
}

class PythonProcess {
  readonly inbox = new Inbox();
  private readonly ended: Promise<unknown>;
  private readonly questions = new Map<number, (line: Line) => void>();
  private lastId = 0;
  private errors = '';

  constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'close');
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    if (child.stdout !== null) createInterface(child.stdout).on('line', (line) => this.read(line));
  }

  async ask(command: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.lastId;
    const answer = new Promise<Line>((resolve) => this.questions.set(id, resolve));
    this.child.stdin?.write(`${toJson({ id, command, args })}\n`);
    const { result, error } = await within(
      () => `python's answer to ${command}, which wrote ${this.errors}`,
      answer,
    );
    if (error !== undefined) throw new Error(error);
    return result;
  }

  async close(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  private read(text: string): void {
    const { id, event, args, ...answer } = fromJson(text) as Line;
    if (event !== undefined) this.inbox.push(event, args ?? []);
    else this.questions.get(id ?? 0)?.(answer);
  }
}
