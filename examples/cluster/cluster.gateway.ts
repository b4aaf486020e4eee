import { Emitter, GatewireError, inject } from 'gatewire';
import { cluster, type NodeName } from './cluster.contract.js';
import { type Call, Cluster, type Connected, type Payload } from './kit.js';
import { Nodes } from './nodes.js';
import { thisNode } from './this-node.js';

/** Who is where, what is said, and which nodes run. */
@Cluster.Gateway()
export class ClusterGateway {
  constructor(
    @inject(Nodes) private readonly nodes: Nodes,
    @inject(Emitter) private readonly emitter: Emitter,
  ) {
    nodes.onChange = (states) => this.everybody().emit('nodes:changed', { nodes: states });
  }

  @Cluster.OnConnect()
  async welcome(ctx: Connected) {
    ctx.emit('welcome', { id: ctx.socket.id, node: thisNode, nodes: this.nodes.states });
    await this.tellGuests();
  }

  @Cluster.OnDisconnect()
  async left() {
    await this.tellGuests();
  }

  @Cluster.OnEvent('message:send')
  @Cluster.RateLimit({ limit: 10, windowMs: 5_000 })
  send({ text }: Payload['message:send'], ctx: Call) {
    const message = { from: ctx.user.id, node: thisNode, text, at: Date.now() };
    ctx.broadcast.emit('message:new', message); // on all nodes
    return message;
  }

  @Cluster.OnEvent('node:stop')
  stop({ node }: Payload['node:stop']) {
    if (this.nodes.states.every((state) => state.node === node || !state.isRunning))
      throw new GatewireError('CONFLICT', { message: 'one node has to stay' });
    this.nodes.ask('stop', node);
  }

  @Cluster.OnEvent('node:start')
  start({ node }: Payload['node:start']) {
    this.nodes.ask('start', node);
  }

  /** Asks all nodes, and tells everybody. */
  private async tellGuests() {
    const sockets = await this.everybody().sockets();
    const guests = sockets.map(({ id, user, data }) => ({
      id,
      name: (user as { id: string }).id,
      node: (data as { node: NodeName }).node,
    }));
    this.everybody().emit('guests:changed', { guests });
  }

  private everybody() {
    return this.emitter.namespace(cluster);
  }
}
