import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { requireOf } from '../../../src/base/own-require.js';
import { directWrites } from '../../../src/transport/direct-write.js';
import { collectingWebSocket, type WebSocketClass } from '../../../src/transport/websocket.js';

// Random schedules of sends, closes and back-pressure, for connections of Engine.IO over ws alone, and over ws with a
// collector. Both do the same at the same time, on networks that belong to no client.

const requireEngine = requireOf('engine.io', requireOf('socket.io'));
const { Socket, transports } = requireEngine('engine.io');
const ws = requireEngine('ws');

/** Step of a schedule: an operation with a number that says how, or the end of a tick or turn. */
export type Step = readonly [operation: Operation, variant: number];
export type Operation =
  | 'text'
  | 'event'
  | 'ack'
  | 'question'
  | 'binary'
  | 'connect'
  | 'bytes'
  | 'long'
  | 'room'
  | 'volatile'
  | 'ping'
  | 'client ping'
  | 'tick'
  | 'turn'
  | 'hold'
  | 'release'
  | End;
export type End = (typeof ENDS)[number];

const ENDS = ['close', 'close socket', 'terminate', 'client close', 'client end', 'destroy'] as const;
const SENDS: readonly Operation[] = [
  'text',
  'event',
  'event',
  'bytes',
  'room',
  'room',
  'volatile',
  'volatile',
];

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes a schedule. The network stops and goes on between turns, as its buffers are seen to fill and to empty. */
export function scheduleOf(seed: number, hasPressure: boolean): readonly Step[] {
  const random = randomOf(seed);
  const pick = <TItem>(items: readonly TItem[]): TItem => items[Math.floor(random() * items.length)] as TItem;
  const steps: Step[] = [];
  const turns = 1 + Math.floor(random() * 4);
  const end = random() < 0.5 ? Math.floor(random() * turns) : null;
  for (let turn = 0; turn < turns; turn++) {
    if (hasPressure && random() < 0.5) steps.push([pick(['hold', 'release']), 0]);
    const count = Math.floor(random() * 8);
    for (let i = 0; i < count; i++) {
      const kind = random();
      if (kind < 0.7) steps.push([pick(SENDS), random()]);
      else if (kind < 0.9) steps.push(['tick', 0]);
      else steps.push([pick(['ping', 'client ping']), 0]);
    }
    if (turn === end) {
      steps.push([pick(ENDS), 0]);
      if (random() < 0.5) steps.push(['text', random()], ['volatile', random()]);
    }
    steps.push(['turn', 0]);
  }
  return steps;
}

/** Network of one connection, which takes what is written or holds it. */
class Wire extends Duplex {
  readonly taken: Buffer[] = [];
  #isHeld = false;
  #waiting: (() => void) | null = null;

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    const take = this.#waiting;
    this.#waiting = null;
    take?.();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.taken.push(chunk);
      done();
    };
    if (this.#isHeld) this.#waiting = take;
    else take();
  }
}

const settings = {
  opts: { pingInterval: 1e8, pingTimeout: 1e8, maxHttpBufferSize: 1e6, transports: ['websocket'] },
  upgrades: () => [],
};

/** One connection, and all that can be seen of it. */
export class Peer {
  readonly wire = new Wire();
  /** Events, calls of callbacks and choices about volatile messages, in their order. */
  readonly seen: string[] = [];
  /** Packets that went by the queue of Engine.IO. */
  queued = 0;
  readonly #socket;
  readonly #connection;
  #sent = 0;

  /**
   * @param isObserved - whether an application listens to `drain`, which tells of each packet
   */
  constructor(WebSocket: WebSocketClass, isObserved: boolean) {
    const socket = new WebSocket(null, undefined, { autoPong: true, closeTimeout: 30_000 });
    socket.setSocket(this.wire as never, Buffer.alloc(0), { maxPayload: 1e6, allowSynchronousEvents: true });
    const request = { websocket: socket, _query: { EIO: '4' }, connection: {} };
    const transport = new transports.websocket(request);
    const server = Object.assign(new EventEmitter(), settings);
    this.#socket = socket as typeof socket & EventEmitter & { ping(): void };
    this.#connection = new Socket('id', server, transport, request, 4);
    const { sendPacket } = this.#connection;
    this.#connection.sendPacket = (...args: unknown[]) => {
      this.queued++;
      return sendPacket.apply(this.#connection, args);
    };
    this.#socket.on('close', (code: number) => this.seen.push(`closed ${code}`));
    this.#connection.on('close', (reason: string) => this.seen.push(`end ${reason}`));
    if (isObserved) this.#connection.on('drain', () => this.seen.push('drain'));
    if (WebSocket === Collecting) directWrites(server as never, 0)(this.#connection, () => {});
    this.wire.on('error', () => {});
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  do([operation, variant]: Step): void {
    const name = `${this.#sent}`;
    switch (operation) {
      case 'text':
        return this.#send(`${name}${textOf(variant)}`);
      case 'bytes':
        return this.#send(Buffer.alloc(variant < 0.1 ? 10_000 : 20, name));
      case 'long':
        return this.#send(`${name}${'x'.repeat(10_000)}`);
      case 'room':
        return this.#write(`2[${name}room`, { wsPreEncodedFrame: roomFrame(`42[${name}room`) });
      case 'event':
        return this.#write(`2[${name}${textOf(variant)}`);
      case 'ack':
        return this.#write(`37[${name}`);
      case 'question':
        return this.#write(`27[${name}`);
      case 'binary':
        return this.#write(`51-[${name}`);
      case 'connect':
        return this.#write('0{}');
      case 'volatile': {
        const before = this.#unsent;
        if (this.#connection.transport.writable) this.#write(`2[${name}volatile`, { volatile: true });
        else this.#sent++;
        if (this.#unsent === before) this.seen.push(`dropped ${name}`);
        return;
      }
      case 'ping':
        return this.#socket.ping();
      case 'client ping':
        return void this.wire.push(clientFrame(0x89));
      case 'hold':
        return this.wire.hold();
      case 'release':
        return this.wire.release();
      case 'close':
        return this.#connection.close();
      case 'close socket':
        return this.#socket.close(1_001);
      case 'terminate':
        return this.#socket.terminate();
      case 'client close':
        return void this.wire.push(clientFrame(0x88));
      case 'client end':
        return void this.wire.push(null);
      case 'destroy':
        return void this.wire.destroy();
    }
  }

  /** Frames that the network took, as `opcode payload`. */
  frames(): readonly string[] {
    const bytes = Buffer.concat(this.wire.taken);
    const frames: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const short = (bytes[at + 1] as number) & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
      const payload = bytes.toString('latin1', at + head, at + head + length);
      const text =
        payload.length > 200 ? `${payload.slice(0, 8)} and more, ${payload.length} in all` : payload;
      frames.push(`${(bytes[at] as number).toString(16)} ${payload.length < length ? 'cut' : text}`);
      at += head + length;
    }
    return frames;
  }

  end(): void {
    this.#connection.close(true);
    this.wire.destroy();
  }

  /** Bytes that have left or wait, and packets that wait. */
  get #unsent(): string {
    const left = this.wire.taken.reduce((sum, { length }) => sum + length, 0);
    return `${left + this.bufferedAmount} ${this.#connection.writeBuffer.length}`;
  }

  /** Sends as Socket.IO does, which does not ask when it is done. */
  #write(data: string, options?: object): void {
    this.#sent++;
    this.#connection.write(data, options);
  }

  #send(data: string | Buffer, options: object = {}): void {
    const name = this.#sent++;
    this.#connection.send(data, options, () => this.seen.push(`sent ${name}`));
  }
}

function textOf(variant: number): string {
  if (variant < 0.02) return 'long'.repeat(17_500);
  if (variant < 0.1) return 'x'.repeat(Math.floor(variant * 10_000));
  return variant < 0.4 ? 'grüße 🙂' : 'text';
}

function roomFrame(text: string): unknown {
  return ws.WebSocket.Sender.frame(Buffer.from(text), {
    readOnly: false,
    mask: false,
    rsv1: false,
    opcode: 1,
    fin: true,
  });
}

/** Frame of a client without a payload, masked with zeros. */
const clientFrame = (first: number): Buffer => Buffer.from([first, 0x80, 0, 0, 0, 0]);

/** Two connections that do the same: over ws alone, and with a collector. */
export interface Pair {
  readonly seed: number;
  readonly schedule: readonly Step[];
  readonly plain: Peer;
  readonly batching: Peer;
}

export const Collecting: WebSocketClass = collectingWebSocket(ws.WebSocket);

/** Runs schedules side by side, all in the same ticks and turns, and hands each over when it is done. */
export async function runSchedules(
  seeds: readonly number[],
  hasPressure: boolean,
  judge: (pair: Pair) => void,
): Promise<void> {
  const pairs = seeds.map((seed) => ({
    seed,
    schedule: scheduleOf(seed, hasPressure),
    plain: new Peer(ws.WebSocket, seed % 4 === 0),
    batching: new Peer(Collecting, seed % 4 === 0),
  }));
  await turn();
  let going = pairs.map((pair) => ({ pair, at: 0 }));
  while (going.length > 0) {
    let isTurn = true;
    for (const one of going) {
      for (;;) {
        const step = one.pair.schedule[one.at];
        if (step === undefined || step[0] === 'turn') break;
        one.at++;
        if (step[0] === 'tick') {
          isTurn = false;
          break;
        }
        one.pair.plain.do(step);
        one.pair.batching.do(step);
      }
    }
    await tick();
    if (!isTurn) continue;
    await turn();
    for (const one of going) one.at++;
    going = going.filter(({ pair, at }) => at < pair.schedule.length);
  }
  for (const { plain, batching } of pairs) for (const peer of [plain, batching]) peer.do(['release', 0]);
  for (let i = 0; i < 4; i++) await turn();
  for (const pair of pairs) judge(pair);
  for (const { plain, batching } of pairs) for (const peer of [plain, batching]) peer.end();
  await turn();
}

const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(() => process.nextTick(resolve)));
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
