import type { ConnectionLimits } from './connection-limits.js';
import { StrictDecoder } from './decoder.js';
import { Encoder, type EngineConnection, type Piece } from './engineio.js';

/** Encoder of socket.io that refuses a Blob, which the engine would send as the text "[object Blob]". */
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

/** Parser of socket.io with gatewire's bounds, for the option `parser` of one server. */
export class StrictParser {
  readonly Encoder: new () => object = StrictEncoder;
  /** Class that Socket.IO makes an object of, without arguments, for each connection. */
  readonly Decoder: new () => object;
  #connection: EngineConnection | null = null;

  constructor(limits: ConnectionLimits) {
    const connection = (): EngineConnection => {
      if (this.#connection === null) throw new TypeError('a decoder belongs to a connection');
      return this.#connection;
    };
    this.Decoder = class extends StrictDecoder {
      constructor() {
        super(limits, connection());
      }
    };
  }

  /**
   * Hands a connection to Socket.IO.
   *
   * @param accept - Socket.IO's listener, which makes the decoder of the connection before it returns
   */
  serve(connection: EngineConnection, accept: () => void): void {
    this.#connection = connection;
    try {
      accept();
    } finally {
      this.#connection = null;
    }
  }
}
