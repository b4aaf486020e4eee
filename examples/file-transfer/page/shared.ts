// What the page takes from the contract: types, and three numbers. The schemas stay on the server.
export type { files, StoredFile } from '../files.contract.js';
export { CHUNK_BYTES, MAX_FILE_BYTES, WINDOW } from '../limits.js';
