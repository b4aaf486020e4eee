import { defineContract } from 'gatewire/contract';
import * as z from 'zod';

/** The nodes of this cluster. The proxy knows them by these names, too. */
export const NODES = ['one', 'two'] as const;
export type NodeName = (typeof NODES)[number];
export type NodeState = Readonly<z.infer<typeof nodeState>>;
export type Guest = Readonly<z.infer<typeof guest>>;
export type Message = Readonly<z.infer<typeof message>>;

const node = z.enum(NODES);
const nodeState = z.object({ node, isRunning: z.boolean() });
const guest = z.object({ id: z.string(), name: z.string(), node });
/** `node` is the one that took it; `at` is in milliseconds since 1970. */
const message = z.object({ from: z.string(), node, text: z.string(), at: z.number() });

/** Everything that travels between the page and the nodes. */
export const cluster = defineContract('/cluster', {
  clientToServer: {
    'message:send': { payload: z.object({ text: z.string().trim().min(1).max(500) }), ack: message },
    'node:stop': { payload: z.object({ node }) },
    'node:start': { payload: z.object({ node }) },
  },
  serverToClient: {
    welcome: {
      payload: z.object({ id: z.string(), node, nodes: z.array(nodeState).readonly() }),
      description: 'To who connects: which node it is.',
    },
    'guests:changed': { payload: z.object({ guests: z.array(guest).readonly() }), description: 'To all.' },
    'nodes:changed': { payload: z.object({ nodes: z.array(nodeState).readonly() }), description: 'To all.' },
    'message:new': { payload: message, description: 'To the others, on all nodes.' },
  },
});
