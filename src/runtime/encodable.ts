/** Levels of nesting that every adapter can encode. notepack, which those over Redis use, fails at 3,000. */
const MAX_LEVELS = 500;

/**
 * Checks that a packet can be encoded, before an adapter has it: those that talk to other nodes encode in a promise that
 * nobody waits for, and connection state recovery would store the packet and fail whenever a client comes back.
 *
 * @throws {TypeError} when there is a BigInt or a Blob in it
 * @throws {RangeError} when it is nested too deep, as what contains itself is
 */
export function checkEncodable(value: unknown, levels = MAX_LEVELS): void {
  if (typeof value === 'bigint') {
    // An application may have taught JSON what to do with it.
    if (typeof (BigInt.prototype as { toJSON?: unknown }).toJSON === 'function') return;
    throw new TypeError('a BigInt cannot be sent');
  }
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return;
  if (value instanceof Blob)
    throw new TypeError('a Blob or File cannot be sent; send what `arrayBuffer()` gives');
  if (levels === 0) throw new RangeError(`nested deeper than ${MAX_LEVELS} levels, or in a circle`);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return checkEncodable(toJSON.call(value, ''), levels - 1);
  if (Array.isArray(value)) {
    for (const item of value) checkEncodable(item, levels - 1);
    return;
  }
  for (const key of Object.keys(value)) {
    checkEncodable((value as Record<string, unknown>)[key], levels - 1);
  }
}
