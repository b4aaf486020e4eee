import type { Traffic } from './connection-limits.js';
import { StrictDecoder } from './decoder.js';
import { Encoder, type Piece } from './engineio.js';

/** socket.io's encoder, except that it refuses a Blob, which the engine would send as the text "[object Blob]". */
class StrictEncoder extends Encoder {
  override encode(packet: object): Piece[] {
    const encoded = super.encode(packet);
    // A text alone has no attachments.
    if (encoded.length > 1 && encoded.some((part) => part instanceof Blob)) {
      throw new TypeError('a Blob or File cannot be sent; send what `arrayBuffer()` gives');
    }
    return encoded;
  }
}

/** What Socket.IO's option `parser` takes. */
export interface Parser {
  readonly Encoder: new () => object;
  readonly Decoder: new () => object;
}

/** Makes socket.io's parser with gatewire's bounds, for one server. */
export function createParser(traffic: Traffic): Parser {
  return {
    Encoder: StrictEncoder,
    Decoder: class extends StrictDecoder {
      constructor() {
        super(traffic);
      }
    },
  };
}
