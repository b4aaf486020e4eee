import { FrameReader } from '../../support/frame-reader.js';
import { engineUrl } from '../../support/raw-websocket.js';
import { type Frames, nextFrames } from './generator.js';
import type { Seeded } from './seeded.js';

const SEPARATOR = '\x1e';
const WAIT_MS = 10_000;

/** What the senders share. */
export interface Run {
  readonly url: string;
  isOver: boolean;
  /** How many connections the server has ended, and how many batches it has answered. */
  ended: number;
  answered: number;
}

/**
 * Sends packets over WebSockets, a new one whenever the server has closed the last. After each batch comes an event that
 * wants an answer: the server has to answer it or to close, or the sender rejects.
 */
export async function sendOverWebSockets(random: Seeded, run: Run): Promise<void> {
  while (!run.isOver) {
    const reader = new FrameReader(engineUrl(run.url));
    try {
      await reader.next();
      reader.send('40');
      for (let batch = 1; !run.isOver; batch += 1) {
        const mark = `4321${batch}[`;
        reader.send(...batchOf(random).flat(), `4221${batch}["echo","mark"]`);
        if (!(await isAnswered(reader, mark))) break;
        run.answered += 1;
      }
      run.ended += 1;
    } finally {
      reader.close();
    }
  }
}

/** The same over polling, where the packets of a batch are one request. */
export async function sendOverPolling(random: Seeded, run: Run): Promise<void> {
  const base = `${run.url}/socket.io/?EIO=4&transport=polling`;
  while (!run.isOver) {
    const [, opened] = await ask(base);
    const url = `${base}&sid=${JSON.parse(opened.slice(1)).sid}`;
    await ask(url, '40');
    for (let batch = 1; !run.isOver; batch += 1) {
      const texts = batchOf(random)
        .flat()
        .map((frame) => (typeof frame === 'string' ? frame : `b${frame.toString('base64')}`));
      const [sent] = await ask(url, [...texts, `4221${batch}["echo","mark"]`].join(SEPARATOR));
      if (sent !== 200 || !(await isPolled(url, `4321${batch}[`))) break;
      run.answered += 1;
    }
    run.ended += 1;
  }
}

function batchOf(random: Seeded): Frames[] {
  return Array.from({ length: random.int(1, 16) }, () => nextFrames(random));
}

async function isAnswered(reader: FrameReader, mark: string): Promise<boolean> {
  try {
    for (;;) {
      const frame = await reader.next();
      if (typeof frame === 'string' && frame.startsWith(mark)) return true;
    }
  } catch (error) {
    if (reader.isClosed) return false;
    throw error;
  }
}

async function isPolled(url: string, mark: string): Promise<boolean> {
  for (;;) {
    const [status, text] = await ask(url);
    if (status !== 200) return false;
    const packets = text.split(SEPARATOR);
    if (packets.some((packet) => packet.startsWith(mark))) return true;
    if (packets.includes('2')) await ask(url, '3');
  }
}

/** Status 0 is a connection that the server has cut, as it does with a request that belongs to a closed session. */
async function ask(url: string, body?: string): Promise<[number, string]> {
  const signal = AbortSignal.timeout(WAIT_MS);
  try {
    const response = await fetch(url, body === undefined ? { signal } : { method: 'POST', body, signal });
    return [response.status, await response.text()];
  } catch (error) {
    if (signal.aborted) throw new Error('the server neither answered a request nor cut it', { cause: error });
    return [0, ''];
  }
}
