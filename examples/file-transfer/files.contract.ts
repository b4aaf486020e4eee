import { defineContract } from 'gatewire/contract';
import * as z from 'zod';
import { CHUNK_BYTES, MAX_FILE_BYTES } from './limits.js';

const id = z.string().regex(/^[0-9a-f]{32}$/);
const size = z.int().min(0).max(MAX_FILE_BYTES);
const sha256 = z.string();
const file = z.object({ id, name: z.string(), size, sha256 });

/** All that travels between the page and the server. The chunks of a file are binary. */
export const files = defineContract('/files', {
  clientToServer: {
    'upload:begin': {
      description: 'Begins an upload, or goes on with one: the answer says from where',
      payload: z.object({ name: z.string().min(1).max(255), size, id: id.optional() }),
      ack: z.object({ id, offset: size }),
    },
    'upload:chunk': {
      description: 'The next bytes; the answer comes when they are on the disk',
      payload: z.object({
        id,
        offset: size,
        bytes: z.instanceof(Uint8Array).refine(({ length }) => length > 0 && length <= CHUNK_BYTES),
      }),
      ack: z.object({ offset: size }),
    },
    'upload:end': {
      description: 'All bytes are there: the answer has the checksum that the server made of them',
      payload: z.object({ id }),
      ack: file,
    },
    'upload:cancel': { payload: z.object({ id }) },
    'file:list': { ack: z.array(file) },
  },
  serverToClient: {
    'file:added': { description: 'One more file is there', payload: file },
  },
  errors: {
    /** The bytes are not those that come next. */
    WRONG_OFFSET: z.object({ offset: size }),
    /** There is no room for this file at the moment. */
    STORAGE_FULL: z.object({ freeBytes: z.number() }),
    /** One address has as many unfinished uploads as it may. */
    TOO_MANY_UPLOADS: z.object({ limit: z.number() }),
    /** One address has as many files as it may, finished and unfinished. */
    TOO_MANY_FILES: z.object({ limit: z.number() }),
  },
});

export type StoredFile = z.output<typeof file>;
