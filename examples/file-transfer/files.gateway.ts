import { type ContextOf, gatewayFor, inject, type PayloadsOf } from 'gatewire';
import { files } from './files.contract.js';
import { WINDOW } from './limits.js';
import { Uploads } from './uploads.js';

const Files = gatewayFor(files);
type Context = ContextOf<typeof Files>;
type Payload = PayloadsOf<typeof files>;

@Files.Gateway()
export class FilesGateway {
  constructor(@inject(Uploads) private readonly uploads: Uploads) {}

  // Whoever may begin may fill the lists of all others: by files of no bytes, as fast as they come.
  @Files.OnEvent('upload:begin')
  @Files.RateLimit({ limit: 60, windowMs: 60_000, per: 'address' })
  async begin({ name, size, id }: Payload['upload:begin'], ctx: Context) {
    const offset = id === undefined ? null : await this.uploads.resume(id, size);
    if (id !== undefined && offset !== null) return { id, offset };
    return { id: await this.uploads.begin(name, size, ctx.handshake.address), offset: 0 };
  }

  // The acknowledgement is the back-pressure: a client sends the next chunk when one has been written. One that does
  // not wait for them is answered with OVERLOADED, and holds no more memory here than this.
  @Files.OnEvent('upload:chunk')
  @Files.Concurrency({ limit: WINDOW, per: 'socket', queue: WINDOW })
  chunk({ id, offset, bytes }: Payload['upload:chunk']) {
    return this.uploads.write(id, offset, bytes);
  }

  @Files.OnEvent('upload:end')
  async end({ id }: Payload['upload:end'], ctx: Context) {
    const { file, isNew } = await this.uploads.end(id);
    // One file, and once: the list to everybody would be all files times all clients, for one small event.
    if (isNew) ctx.namespace.emit('file:added', file);
    return file;
  }

  @Files.OnEvent('upload:cancel')
  async cancel({ id }: Payload['upload:cancel']) {
    await this.uploads.cancel(id);
  }

  @Files.OnEvent('file:list')
  @Files.RateLimit({ limit: 30, windowMs: 60_000, per: 'address' })
  list() {
    return [...this.uploads.files];
  }
}
