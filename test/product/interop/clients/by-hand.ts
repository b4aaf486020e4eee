import { within } from '../../../support/within.js';
import { type Connection, Refused } from './client.js';
import { decode, encodeEvent, type Packet, PacketType, withBytes } from './frames.js';
import { Inbox } from './inbox.js';

/** Something that carries frames of a WebSocket, and knows nothing of what is in them. */
export interface Channel {
  send(frame: string | Buffer): void;
  /** Called once, before the first frame comes. */
  listen(onFrame: (frame: string | Buffer) => void, onClose: () => void): void;
  close(): Promise<void>;
}

/** Speaks Socket.IO as its protocol is written down, frame by frame. */
export async function connectByHand(channel: Channel, namespace: string): Promise<Connection> {
  const inbox = new Inbox();
  const calls = new Map<number, (answers: unknown[]) => void>();
  let lastId = 0;
  let unfinished: { readonly packet: Packet; readonly bytes: Buffer[] } | null = null;

  const deliver = ({ type, id, data }: Packet, bytes: readonly Buffer[]): void => {
    const values = withBytes(data, bytes) as unknown[];
    if (type === PacketType.connect) inbox.push('answer', [null]);
    if (type === PacketType.connectError) inbox.push('answer', [data]);
    if (type === PacketType.disconnect) inbox.push('disconnect', []);
    if (type === PacketType.event || type === PacketType.binaryEvent) {
      inbox.push(values[0] as string, values.slice(1));
    }
    if (type === PacketType.ack || type === PacketType.binaryAck) calls.get(id ?? -1)?.(values);
  };
  const onText = (text: string): void => {
    if (text.startsWith('0')) return channel.send(namespace === '/' ? '40' : `40${namespace},`);
    if (text === '2') return channel.send('3');
    if (!text.startsWith('4')) return;
    const packet = decode(text.slice(1));
    if (packet.attachments > 0) unfinished = { packet, bytes: [] };
    else deliver(packet, []);
  };
  const onBytes = (frame: Buffer): void => {
    if (unfinished === null) throw new Error('bytes that no packet announced');
    unfinished.bytes.push(frame);
    if (unfinished.bytes.length < unfinished.packet.attachments) return;
    deliver(unfinished.packet, unfinished.bytes);
    unfinished = null;
  };
  channel.listen(
    (frame) => (typeof frame === 'string' ? onText(frame) : onBytes(frame)),
    () => inbox.push('disconnect', []),
  );
  const send = (id: number | null, event: string, args: unknown[]): void => {
    for (const frame of encodeEvent(namespace, id, event, args)) channel.send(frame);
  };

  const [refusal] = await inbox.next('answer');
  if (refusal !== null) {
    await channel.close();
    throw new Refused(refusal);
  }
  return {
    transport: async () => 'websocket',
    async upgraded() {},
    call(event, ...args) {
      const id = ++lastId;
      const answer = new Promise<unknown[]>((resolve) => calls.set(id, resolve));
      send(id, event, args);
      return within(`the answer to ${event}`, answer);
    },
    async emit(event, ...args) {
      send(null, event, args);
    },
    next: (event) => inbox.next(event),
    close: () => channel.close(),
  };
}
