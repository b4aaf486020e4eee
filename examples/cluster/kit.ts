import { type ConnectContextOf, type ContextOf, GatewireError, gatewayFor, type PayloadsOf } from 'gatewire';
import * as z from 'zod';
import { cluster } from './cluster.contract.js';
import { thisNode } from './this-node.js';

const name = z.string().trim().min(1).max(40);

/** The decorators of the gateway. Anybody may take any name; `data` goes along when another node asks who is here. */
export const Cluster = gatewayFor(cluster, {
  auth: ({ auth }) => {
    const given = name.safeParse(auth['name']);
    if (!given.success) throw new GatewireError('UNAUTHENTICATED', { message: 'say your name' });
    return { user: { id: given.data } };
  },
  data: () => ({ node: thisNode }),
});

export type Payload = PayloadsOf<typeof cluster>;
export type Call = ContextOf<typeof Cluster>;
export type Connected = ConnectContextOf<typeof Cluster>;
