const BINARY = '\u0001binary';

/**
 * Encodes what travels between nodes: JSON, with binary values inside.
 *
 * @throws {TypeError} when it cannot be encoded
 */
export function encodeMessage(message: object): string {
  return JSON.stringify(message, function (this: unknown, key, value: unknown) {
    // Buffers have a toJSON, which has run by now: the holder still has the original.
    const raw = (this as Record<string, unknown>)[key];
    if (raw instanceof ArrayBuffer) return { [BINARY]: Buffer.from(raw).toString('base64') };
    if (!ArrayBuffer.isView(raw)) return value;
    return { [BINARY]: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64') };
  });
}

/** Decodes what another node encoded; null when it is no object, or nothing that can be read. */
export function decodeMessage(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const message: unknown = text.includes(BINARY.slice(1)) ? JSON.parse(text, revive) : JSON.parse(text);
    return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, BINARY)) return value;
  return Buffer.from(String((value as Record<string, unknown>)[BINARY]), 'base64');
}
