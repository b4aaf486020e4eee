/** Message of a batch: what its channel has beyond that of the batch, such as the room, and the message itself. */
export interface BatchedMessage {
  readonly suffix: string;
  readonly message: Buffer | string;
}

/** First byte of a batch: MessagePack never uses it, and no JSON begins with it. */
const MARK = 0xc1;
const LENGTH_BYTES = 4;

/** Bytes that a message takes in a batch. */
export function batchedBytes({ suffix, message }: BatchedMessage): number {
  return 2 * LENGTH_BYTES + Buffer.byteLength(suffix) + Buffer.byteLength(message);
}

/** Tells whether a message is a batch. */
export function isBatch(message: Buffer): boolean {
  return message[0] === MARK;
}

/** Writes messages of one channel as a batch. The suffix stands in front, so that a node skips what it has no use for unread. */
export function writeBatch(messages: readonly BatchedMessage[]): Buffer {
  const batch = Buffer.allocUnsafe(messages.reduce((sum, one) => sum + batchedBytes(one), 1));
  batch[0] = MARK;
  let at = 1;
  const add = (part: Buffer | string): void => {
    const start = at + LENGTH_BYTES;
    const length = typeof part === 'string' ? batch.write(part, start) : part.copy(batch, start);
    batch.writeUInt32BE(length, at);
    at = start + length;
  };
  for (const { suffix, message } of messages) {
    add(suffix);
    add(message);
  }
  return batch;
}

/**
 * Reads a batch.
 *
 * @throws {RangeError} when it is empty, or its lengths do not add up
 */
export function readBatch(batch: Buffer): readonly { readonly suffix: string; readonly message: Buffer }[] {
  let at = 1;
  const next = (): Buffer => {
    const start = at + LENGTH_BYTES;
    at = start + batch.readUInt32BE(at);
    if (at > batch.length) throw new RangeError('a batch is cut off');
    return batch.subarray(start, at);
  };
  const messages = [];
  do messages.push({ suffix: next().toString(), message: next() });
  while (at < batch.length);
  return messages;
}

/** Fields of an entry of a stream, as the adapter writes them. */
export type Fields = Readonly<Record<string, string>>;

/** Type of an entry of a stream that is a batch of entries. The adapter ignores entries without a namespace. */
const BATCH_TYPE = 'batch';

/** Characters that an entry takes in a batch, at most. */
export function batchedLength({ uid = '', nsp = '', type = '', data = '' }: Fields): number {
  const LENGTHS = 24;
  return LENGTHS + uid.length + JSON.stringify(nsp).length + type.length + Buffer.byteLength(data);
}

/** Tells whether an entry of a stream is a batch. */
export function isEntryBatch({ type, nsp }: Fields): boolean {
  return type === BATCH_TYPE && nsp === '';
}

/** Writes entries of a stream as one: a line of JSON with their heads, and their data one after the other. */
export function writeEntryBatch(entries: readonly Fields[]): Fields {
  const heads = entries.map(({ uid = '', nsp = '', type = '', data = '' }) => [uid, nsp, type, data.length]);
  const data = `${JSON.stringify(heads)}\n${entries.map((entry) => entry['data'] ?? '').join('')}`;
  return { uid: '', nsp: '', type: BATCH_TYPE, data };
}

/**
 * Reads a batch of entries.
 *
 * @throws {Error} when it is malformed
 */
export function readEntryBatch({ data = '' }: Fields): readonly Fields[] {
  let at = data.indexOf('\n') + 1;
  const heads = JSON.parse(data.slice(0, at)) as readonly (readonly unknown[])[];
  const entries = heads.map(([uid, nsp, type, length]) => {
    const start = at;
    at += Number(length);
    return { uid: String(uid), nsp: String(nsp), type: String(type), data: data.slice(start, at) };
  });
  if (at !== data.length) throw new RangeError('the lengths of a batch do not add up');
  return entries;
}
