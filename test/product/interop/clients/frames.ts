/** A packet of Socket.IO's protocol 5, `@source` https://github.com/socketio/socket.io-protocol */
export interface Packet {
  readonly type: number;
  readonly attachments: number;
  readonly namespace: string;
  readonly id: number | null;
  readonly data: unknown;
}

export const PacketType = {
  connect: 0,
  disconnect: 1,
  event: 2,
  ack: 3,
  connectError: 4,
  binaryEvent: 5,
  binaryAck: 6,
} as const;

/** Reads the text of a packet without the engine's `4`; its bytes follow in frames of their own. */
export function decode(text: string): Packet {
  const parts = /^(\d)(?:(\d+)-)?(?:(\/[^,]*),)?(\d+)?(.*)$/s.exec(text);
  if (parts === null) throw new Error(`no packet of Socket.IO: ${text}`);
  const [, type, attachments, namespace = '/', id, json] = parts;
  return {
    type: Number(type),
    attachments: Number(attachments ?? 0),
    namespace,
    id: id === undefined ? null : Number(id),
    data: json === '' || json === undefined ? undefined : JSON.parse(json),
  };
}

/** Writes an event as frames: the text with the engine's `4` in front, and the bytes after it. */
export function encodeEvent(
  namespace: string,
  id: number | null,
  event: string,
  args: readonly unknown[],
): (string | Buffer)[] {
  const bytes: Buffer[] = [];
  const json = JSON.stringify([event, ...args.map((value) => withoutBytes(value, bytes))]);
  const head = bytes.length === 0 ? `4${PacketType.event}` : `4${PacketType.binaryEvent}${bytes.length}-`;
  return [`${head}${namespace === '/' ? '' : `${namespace},`}${id ?? ''}${json}`, ...bytes];
}

/** Puts the bytes back where the text has their places. */
export function withBytes(value: unknown, bytes: readonly Buffer[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withBytes(item, bytes));
  const { _placeholder, num } = value as { _placeholder?: unknown; num?: number };
  if (_placeholder === true && num !== undefined) return bytes[num];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withBytes(item, bytes)]));
}

function withoutBytes(value: unknown, bytes: Buffer[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value)) return { _placeholder: true, num: bytes.push(value) - 1 };
  if (Array.isArray(value)) return value.map((item) => withoutBytes(item, bytes));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutBytes(item, bytes)]));
}
