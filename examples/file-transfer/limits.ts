/** Bytes of one chunk: well below the million that a packet may have by default. */
export const CHUNK_BYTES = 256 * 1024;
/** Chunks that a client has on their way at the same time. */
export const WINDOW = 4;
export const MAX_FILE_BYTES = 200_000_000;
