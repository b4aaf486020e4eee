/** What a database says about networks of IPv4. */
export type Networks = Readonly<Record<string, unknown>>;

/**
 * Writes a database in MaxMind's format, small enough for a test and read by the real readers.
 *
 * @source https://maxmind.github.io/MaxMind-DB/
 */
export function mmdbOf(networks: Networks): Buffer {
  type Node = [Node | number | null, Node | number | null];
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (const [network, record] of Object.entries(networks)) {
    const [address = '', bits = '32'] = network.split('/');
    const path = address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
      .slice(0, Number(bits));
    let node = root;
    for (const bit of path.slice(0, -1)) {
      const side = Number(bit) as 0 | 1;
      node[side] ??= [null, null];
      node = node[side] as Node;
    }
    node[Number(path.at(-1)) as 0 | 1] = dataBytes;
    data.push(encode(record));
    dataBytes += data.at(-1)?.length ?? 0;
  }
  const nodes: Node[] = [];
  const number = (node: Node): void => {
    nodes.push(node);
    for (const side of node) if (Array.isArray(side)) number(side);
  };
  number(root);
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.forEach((node, i) => {
    node.forEach((side, j) => {
      const value =
        side === null ? nodes.length : Array.isArray(side) ? nodes.indexOf(side) : nodes.length + 16 + side;
      tree.writeUInt32BE(value, i * 8 + j * 4);
    });
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 32,
    ip_version: 4,
    database_type: 'Test-Country',
    languages: [],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    description: {},
  });
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    metadata,
  ]);
}

const TEXT = 2;
const UINT32 = 6;
const MAP = 7;
const ARRAY = 11;

function encode(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(TEXT, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([control(MAP, entries.length), ...entries.flat().map(encode)]);
}

/** Sizes here stay below 29, or below 285 with one byte more. */
function control(type: number, size: number): Buffer {
  const head = size < 29 ? size : 29;
  const first = type > 7 ? [head, type - 7] : [(type << 5) | head];
  return Buffer.from(size < 29 ? first : [...first, size - 29]);
}
