import type { Namespace } from 'socket.io';
import { requirePeer } from '../../base/peer.js';
import { decodeMessage, encodeMessage } from '../../runtime/cluster/codec.js';
import type { AdapterConstructor, AdapterHost } from '../../runtime/cluster/node-adapter.js';
import { corrected, type RawAdapter } from '../patch-adapter.js';
import type { Channel } from './primary-channel.js';

/** What is touched of the adapter: what a subclass of Socket.IO's ClusterAdapter has to have. */
interface IpcAdapter extends RawAdapter {
  readonly uid: string;
  onMessage(message: object): unknown;
  doPublish(message: Message): Promise<string>;
  doPublishResponse(requester: string, response: Message): Promise<void>;
  close(): unknown;
}

interface Message {
  readonly data?: object;
}

interface ClusterAdapterModule {
  createAdapter(): (namespace: Namespace) => IpcAdapter;
}

/** @socket.io/cluster-adapter, over the one channel of this process. */
export function ipcAdapter(channel: Channel, host: AdapterHost): AdapterConstructor {
  const { createAdapter } = requirePeer<ClusterAdapterModule>(
    '@socket.io/cluster-adapter',
    'clusterAdapter()',
  );
  const make = createAdapter();
  return corrected((namespace) => overChannel(make, namespace, channel), channel, host, false);
}

function overChannel(
  make: (namespace: Namespace) => IpcAdapter,
  namespace: Namespace,
  channel: Channel,
): IpcAdapter {
  const before = new Set(process.listeners('message'));
  const adapter = make(namespace);
  // Each adapter listens to all that comes, for ever: with many namespaces, that is slow and a leak.
  for (const listener of process.listeners('message')) {
    if (!before.has(listener)) process.off('message', listener);
  }
  channel.on(namespace.name, ({ text, ...rest }: { readonly text?: string }) =>
    adapter.onMessage(text === undefined ? rest : { ...rest, data: decodeMessage(text) }),
  );
  const send = ({ data, ...rest }: Message, more: object): void => {
    // As text, because the copy that a process makes of values knows no `toJSON`: clients of other nodes would see
    // something else than those of this one. It is also what the primary passes on at the least cost.
    const text = data === undefined ? undefined : encodeMessage(data);
    channel.send({ ...rest, ...more, source: SOURCE, text }, text?.length ?? 0);
  };
  adapter.doPublish = async (message) => {
    send(message, {});
    return '';
  };
  adapter.doPublishResponse = async (requesterUid, response) => send(response, { requesterUid });
  const { close } = adapter;
  adapter.close = () => {
    channel.off(namespace.name);
    return close.call(adapter);
  };
  return adapter;
}

/** What the adapter's half in the primary knows its messages by. */
const SOURCE = '_sio_adapter';
