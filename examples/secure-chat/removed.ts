import { type ConnectContext, GatewireError, inject, type Middleware } from 'gatewire';
import { Accounts } from './accounts.js';

/** Keeps out who was removed: a token cannot be called back, and theirs is good for some seconds more. */
export class NotRemoved implements Middleware {
  constructor(@inject(Accounts) private readonly accounts: Accounts) {}

  async connect({ user }: ConnectContext, next: () => Promise<void>): Promise<void> {
    const { id } = user as { readonly id: string };
    if (this.accounts.isRemoved(id)) {
      throw new GatewireError('FORBIDDEN', { message: 'a moderator has removed you' });
    }
    await next();
  }

  /** A token that is renewed is no way around it. */
  renew(ctx: ConnectContext, next: () => Promise<void>): Promise<void> {
    return this.connect(ctx, next);
  }
}
