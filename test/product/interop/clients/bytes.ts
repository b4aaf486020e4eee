/** Whatever a client calls binary, as a Buffer, at any depth. */
export function toBuffers(value: unknown): unknown {
  return replace(value, (bytes) => bytes);
}

/** For processes and pages that talk in JSON: binary as `{ $bytes: base64 }`. */
export function toJson(value: unknown): string {
  return JSON.stringify(replace(value, (bytes) => ({ $bytes: bytes.toString('base64') })));
}

/** The way back from `toJson`. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, value) =>
    typeof value?.$bytes === 'string' ? Buffer.from(value.$bytes, 'base64') : value,
  );
}

function replace(value: unknown, make: (bytes: Buffer) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return make(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  // By name: a Buffer's memory may come from another realm.
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') {
    return make(Buffer.from(value as ArrayBuffer));
  }
  if (Array.isArray(value)) return value.map((item) => replace(item, make));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, make)]));
}
