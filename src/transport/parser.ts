import { createRequire } from 'node:module';

type Packet = string | Uint8Array | ArrayBuffer | Blob;
type Parser = {
  readonly Encoder: new () => { encode(packet: object): Packet[] };
  readonly Decoder: new () => object;
};

// Through socket.io's own dependencies, so that it is the version that the server was made for.
const require = createRequire(createRequire(import.meta.url).resolve('socket.io/package.json'));
const { Encoder, Decoder } = require('socket.io-parser') as Parser;

/** socket.io's parser, except that it refuses a Blob, which the engine would send as the text "[object Blob]". */
export const parser: Parser = {
  Decoder,
  Encoder: class StrictEncoder extends Encoder {
    override encode(packet: object): Packet[] {
      const encoded = super.encode(packet);
      // A text alone has no attachments.
      if (encoded.length > 1 && encoded.some((part) => part instanceof Blob)) {
        throw new TypeError('a Blob or File cannot be sent; send what `arrayBuffer()` gives');
      }
      return encoded;
    }
  },
};
