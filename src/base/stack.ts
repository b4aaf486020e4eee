/**
 * Type of a field, as `Object.prototype.toString` names it; `Any` for one that only has to be there.
 */
type FieldType = 'Any' | 'Array' | 'Boolean' | 'Map' | 'Number' | 'Object' | 'Set' | 'String';

/** Member of a package that the package does not document, and what gatewire needs it for. */
export type StackMember = { readonly use: string } & (
  | { readonly kind: 'method' }
  | { readonly kind: 'event' }
  | { readonly kind: 'field'; readonly type: FieldType }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
);

/** One row of the table, in its package. */
export interface StackRow {
  /** Class, object or enumeration that has the member. */
  readonly owner: string;
  readonly member: string;
  readonly is: StackMember;
}

/**
 * Every undocumented member of the packages below that gatewire touches: package, owner, member. The boot check, the
 * types of `Private` and docs/explanation/stack.md follow from it. `use` completes "gatewire needs it to …".
 */
export const STACK = {
  'socket.io': {
    Server: {
      _parser: {
        kind: 'field',
        type: 'Object',
        use: 'read packets by the parser that socket.io itself uses',
      },
      _nsps: { kind: 'field', type: 'Map', use: 'find namespaces without making them' },
      parentNsps: { kind: 'field', type: 'Map', use: 'find the instances of parametrised namespaces' },
      new_namespace: { kind: 'event', use: 'guard each namespace before its first client' },
    },
    Namespace: {
      _createSocket: { kind: 'method', use: 'make sockets of a class of its own' },
      run: { kind: 'method', use: 'catch what middleware throws' },
      emitReserved: { kind: 'method', use: 'catch what listeners of `connection` throw' },
      _fns: { kind: 'field', type: 'Array', use: 'run middleware added with `namespace.use`' },
      _ids: { kind: 'field', type: 'Number', use: 'forget acknowledgements that will not come' },
      _preConnectSockets: { kind: 'field', type: 'Map', use: 'count sockets on their way in' },
    },
    ParentNamespace: {
      children: { kind: 'field', type: 'Set', use: 'limit and remove instances of parametrised namespaces' },
    },
    Socket: {
      onevent: { kind: 'method', use: 'take every event of a client' },
      onack: { kind: 'method', use: 'catch what callbacks of emits throw' },
      registerAckCallback: { kind: 'method', use: 'catch what callbacks of emits throw at their time limit' },
      emitReserved: { kind: 'method', use: 'catch what listeners of `disconnect` throw' },
      ack: { kind: 'method', use: 'answer an event exactly once' },
      packet: { kind: 'method', use: 'send what a recovered client missed' },
      _error: { kind: 'method', use: 'refuse a client when the refusal cannot be encoded' },
      _cleanup: { kind: 'method', use: 'remove a socket that a newer one replaces' },
      id: { kind: 'field', type: 'String', use: 'start a recovered client afresh when its user is another' },
      pid: { kind: 'field', type: 'String', use: 'start a recovered client afresh when its user is another' },
      recovered: {
        kind: 'field',
        type: 'Boolean',
        use: 'hold what a recovered client missed until auth is done',
      },
      acks: { kind: 'field', type: 'Map', use: 'forget acknowledgements that will not come' },
      fns: { kind: 'field', type: 'Array', use: 'run middleware added with `socket.use`' },
      _anyListeners: { kind: 'field', type: 'Array', use: 'call listeners added with `socket.onAny`' },
    },
  },
  'socket.io-adapter': {
    Adapter: {
      broadcast: { kind: 'method', use: 'tell adapters that send in a promise from those that do not' },
      broadcastWithAck: { kind: 'method', use: 'refuse what cannot be encoded' },
      serverSideEmit: { kind: 'method', use: 'tell adapters that reach other nodes from those that do not' },
      restoreSession: { kind: 'method', use: 'recover a client after auth' },
      addAll: { kind: 'method', use: 'join rooms on this node' },
      addSockets: { kind: 'method', use: 'join rooms on this node' },
      delSockets: { kind: 'method', use: 'leave rooms on this node' },
      disconnectSockets: { kind: 'method', use: 'disconnect the clients of this node' },
      fetchSockets: { kind: 'method', use: 'list the sockets of this node' },
      serverCount: { kind: 'method', use: 'count nodes over adapters of the application' },
      close: { kind: 'method', use: 'end what belongs to a namespace that is removed' },
    },
    ClusterAdapter: {
      onMessage: { kind: 'method', use: 'keep handshakes, with tokens and cookies, from other nodes' },
      publish: { kind: 'method', use: 'deliver on this node without waiting for the others' },
      doPublish: { kind: 'method', use: 'send messages of `clusterAdapter` over its own channel' },
      doPublishResponse: { kind: 'method', use: 'send answers of `clusterAdapter` over its own channel' },
    },
    MessageType: {
      BROADCAST: { kind: 'number', value: 3, use: 'deliver on this node without waiting for the others' },
      FETCH_SOCKETS: {
        kind: 'number',
        value: 7,
        use: 'keep handshakes, with tokens and cookies, from other nodes',
      },
    },
  },
  'socket.io-parser': {
    Decoder: {
      decodeString: { kind: 'method', use: 'judge packets before Socket.IO has them' },
      emitReserved: { kind: 'method', use: 'hand on the packets that it lets through' },
      opts: { kind: 'field', type: 'Any', use: 'answer packets with too many attachments' },
    },
    PacketType: {
      CONNECT: { kind: 'number', value: 0, use: 'count the namespaces of a connection' },
      DISCONNECT: { kind: 'number', value: 1, use: 'count the namespaces of a connection' },
      EVENT: { kind: 'number', value: 2, use: 'judge events' },
      ACK: { kind: 'number', value: 3, use: 'judge acknowledgements' },
      CONNECT_ERROR: { kind: 'number', value: 4, use: 'refuse a client before a namespace has it' },
      BINARY_EVENT: { kind: 'number', value: 5, use: 'judge events with attachments' },
      BINARY_ACK: { kind: 'number', value: 6, use: 'judge acknowledgements with attachments' },
    },
  },
  'engine.io': {
    Server: {
      opts: { kind: 'field', type: 'Object', use: 'ping slow readers in half of `pingTimeout`' },
      clients: { kind: 'field', type: 'Object', use: 'find all connections' },
      middlewares: {
        kind: 'field',
        type: 'Array',
        use: 'free the response of an upgrade that no middleware sees',
      },
    },
    Request: {
      _query: { kind: 'field', type: 'Object', use: 'have the URL of a request read once, for all parts' },
    },
    Socket: {
      id: { kind: 'field', type: 'String', use: 'name connections on channels' },
      server: { kind: 'field', type: 'Object', use: 'ping slow readers in half of `pingTimeout`' },
      protocol: { kind: 'field', type: 'Number', use: 'leave pings to clients of version 2' },
      remoteAddress: { kind: 'field', type: 'String', use: 'set the address that a trusted proxy names' },
      transport: { kind: 'field', type: 'Object', use: 'reach the network below a connection' },
      pingTimeoutTimer: { kind: 'field', type: 'Object', use: 'keep slow readers alive' },
      pingIntervalTimer: { kind: 'field', type: 'Object', use: 'keep slow readers alive' },
      resetPingTimeout: { kind: 'method', use: 'keep slow readers alive' },
      sendPacket: { kind: 'method', use: 'ping slow readers' },
      onClose: { kind: 'method', use: 'cut connections whose clients do not read' },
      writeBuffer: { kind: 'field', type: 'Array', use: 'write messages at once where nothing waits' },
      upgrading: { kind: 'field', type: 'Boolean', use: 'write messages at once where nothing waits' },
      data: { kind: 'event', use: 'keep what a client sends while it waits in line' },
      packet: { kind: 'event', use: 'count pings and pongs' },
      packetCreate: { kind: 'event', use: 'count what waits for a client' },
      flush: { kind: 'event', use: 'count what waits for a client' },
    },
    Transport: {
      parser: { kind: 'field', type: 'Object', use: 'read the packets of a POST one after the other' },
      close: { kind: 'event', use: 'hand on what was read before the end of a connection' },
      error: { kind: 'event', use: 'hand on what was read before the end of a connection' },
    },
    Polling: {
      res: { kind: 'field', type: 'Object', use: 'count what waits for a client on polling' },
      shouldClose: { kind: 'field', type: 'Any', use: 'end a closed connection on polling at once' },
    },
    WebSocket: {
      socket: { kind: 'field', type: 'Object', use: 'stop reading clients that send too fast' },
    },
  },
  ws: {
    WebSocket: {
      _socket: { kind: 'field', type: 'Any', use: 'reach the network below a connection' },
      bufferedAmount: { kind: 'field', type: 'Any', use: 'count what waits for a client' },
      isPaused: { kind: 'field', type: 'Boolean', use: 'stop reading clients that send too fast' },
      pause: { kind: 'method', use: 'stop reading clients that send too fast' },
      resume: { kind: 'method', use: 'read slowed clients again' },
      terminate: { kind: 'method', use: 'cut connections whose clients do not read' },
    },
    WebSocketServer: {
      options: { kind: 'field', type: 'Object', use: 'write the messages of a turn together' },
    },
    OpenWebSocket: {
      _sender: { kind: 'field', type: 'Object', use: 'write the messages of a turn together' },
      _receiver: { kind: 'field', type: 'Object', use: 'unmask long messages by words' },
      setSocket: { kind: 'method', use: 'write the messages of a turn together' },
    },
    Receiver: {
      consume: { kind: 'method', use: 'unmask long messages by words' },
      _mask: { kind: 'field', type: 'Any', use: 'unmask long messages by words' },
    },
    Sender: {
      sendFrame: { kind: 'method', use: 'write the messages of a turn together' },
    },
  },
  '@socket.io/redis-adapter': {
    RedisAdapter: {
      onrequest: { kind: 'method', use: 'keep handshakes, with tokens and cookies, from other nodes' },
      channel: { kind: 'field', type: 'String', use: 'send the broadcasts of a turn together' },
      requestChannel: { kind: 'field', type: 'String', use: 'count the nodes that read broadcasts' },
    },
    ShardedRedisAdapter: {
      channel: { kind: 'field', type: 'String', use: 'count the nodes that read broadcasts' },
    },
    RequestType: {
      REMOTE_FETCH: {
        kind: 'number',
        value: 5,
        use: 'keep handshakes, with tokens and cookies, from other nodes',
      },
    },
    ClassicClient: {
      pSubscribe: { kind: 'method', use: 'take broadcasts of other nodes' },
      pUnsubscribe: { kind: 'method', use: 'leave when a namespace is removed' },
      subscribe: { kind: 'method', use: 'take requests of other nodes' },
      unsubscribe: { kind: 'method', use: 'leave when a namespace is removed' },
      publish: { kind: 'method', use: 'sign broadcasts to other nodes' },
    },
    ShardedClient: {
      sSubscribe: { kind: 'method', use: 'verify messages of other nodes' },
      sUnsubscribe: { kind: 'method', use: 'leave when a namespace is removed' },
      sPublish: { kind: 'method', use: 'sign messages to other nodes' },
    },
  },
  '@socket.io/redis-streams-adapter': {
    Channel: {
      name: { kind: 'text', value: '#', use: 'count the nodes that read broadcasts' },
    },
    StreamsClient: {
      duplicate: { kind: 'method', use: 'read the stream on a connection of its own' },
      connect: { kind: 'method', use: 'read the stream on a connection of its own' },
      disconnect: { kind: 'method', use: 'end the connections when an application closes' },
      xRead: { kind: 'method', use: 'read the stream' },
      xAdd: { kind: 'method', use: 'sign what is added to the stream' },
      xRange: { kind: 'method', use: 'verify what a recovered client missed' },
      set: { kind: 'method', use: 'sign stored sessions' },
      multi: { kind: 'method', use: 'verify stored sessions' },
      get: { kind: 'method', use: 'verify stored sessions' },
      del: { kind: 'method', use: 'verify stored sessions' },
      exec: { kind: 'method', use: 'verify stored sessions' },
      subscribe: { kind: 'method', use: 'take messages that are not stored' },
      publish: { kind: 'method', use: 'sign messages that are not stored' },
    },
  },
  '@socket.io/cluster-adapter': {
    Message: {
      source: { kind: 'text', value: '_sio_adapter', use: 'have the primary pass messages on' },
    },
  },
  '@socket.io/sticky': {
    Worker: {
      clientsCount: { kind: 'field', type: 'Any', use: 'choose the node of a new client' },
    },
    SessionId: {
      length: { kind: 'number', value: 20, use: 'bring the requests of a session to its node' },
    },
    WorkerServer: {
      httpServer: { kind: 'field', type: 'Any', use: 'take connections from the primary' },
      engine: { kind: 'field', type: 'Any', use: 'tell the primary which sessions a node has' },
    },
  },
  '@inversifyjs/core': {
    Class: {
      '@inversifyjs/core/classMetadataReflectKey': {
        kind: 'field',
        type: 'Object',
        use: 'read the decorators of inversify',
      },
    },
    ClassMetadata: {
      constructorArguments: { kind: 'field', type: 'Array', use: 'read injected parameters' },
      properties: { kind: 'field', type: 'Map', use: 'read injected properties' },
      lifecycle: { kind: 'field', type: 'Object', use: 'call methods marked with `@preDestroy`' },
    },
    ClassMetadataLifecycle: {
      preDestroyMethodNames: { kind: 'field', type: 'Set', use: 'call methods marked with `@preDestroy`' },
    },
    ClassElementMetadata: {
      kind: { kind: 'field', type: 'Number', use: 'leave parameters marked with `@unmanaged` alone' },
      value: { kind: 'field', type: 'Any', use: 'know what is injected' },
      optional: {
        kind: 'field',
        type: 'Boolean',
        use: 'allow what is marked with `@optional` to be missing',
      },
    },
    ClassElementMetadataKind: {
      unmanaged: { kind: 'number', value: 2, use: 'leave parameters marked with `@unmanaged` alone' },
    },
  },
  'socket.io-client': {
    Socket: {
      ids: { kind: 'field', type: 'Number', use: 'forget acknowledgements that will not come' },
      acks: { kind: 'field', type: 'Object', use: 'forget acknowledgements that will not come' },
      sendBuffer: { kind: 'field', type: 'Array', use: 'take back calls that were not sent yet' },
    },
    Manager: {
      nsps: { kind: 'field', type: 'Object', use: 'know which sockets share a connection' },
      _readyState: { kind: 'field', type: 'String', use: 'reconnect at once when `connect()` is called' },
      _autoConnect: {
        kind: 'field',
        type: 'Boolean',
        use: 'leave other sockets of the connection to their owner',
      },
    },
  },
} as const satisfies Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, StackMember>>>>>
>;

type Stack = typeof STACK;

/** Name of a package in the table. */
export type StackPackage = keyof Stack;

/** Name of an owner in a package of the table. */
export type StackOwner<TPackage extends StackPackage> = keyof Stack[TPackage] & string;

/** Methods and fields of an owner. */
type MemberOf<TPackage extends StackPackage, TOwner extends keyof Stack[TPackage]> = {
  [TName in keyof Stack[TPackage][TOwner]]: Stack[TPackage][TOwner][TName] extends {
    readonly kind: 'method' | 'field';
  }
    ? TName
    : never;
}[keyof Stack[TPackage][TOwner]];

/**
 * Undocumented members of an owner with the types that gatewire takes them for. A member without a row cannot be
 * reached through it, and a row without a type does not compile.
 */
export type Private<
  TPackage extends StackPackage,
  TOwner extends keyof Stack[TPackage],
  TShape extends Readonly<Record<MemberOf<TPackage, TOwner>, unknown>>,
> = Pick<TShape, MemberOf<TPackage, TOwner>>;

/** Numbers of an owner, as the table has them. */
export type PrivateNumbers<TPackage extends StackPackage, TOwner extends keyof Stack[TPackage]> = {
  readonly [TName in keyof Stack[TPackage][TOwner]]: Stack[TPackage][TOwner][TName] extends {
    readonly value: infer TValue;
  }
    ? TValue
    : never;
};

/** Lists the members of a package, each with its owner. */
export function stackRows(name: StackPackage): readonly StackRow[] {
  const rows: StackRow[] = [];
  const owners: Readonly<Record<string, Readonly<Record<string, StackMember>>>> = STACK[name];
  for (const owner in owners) {
    const members = owners[owner];
    for (const member in members) rows.push({ owner, member, is: members[member] as StackMember });
  }
  return rows;
}
