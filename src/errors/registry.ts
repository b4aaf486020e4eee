/** Text of one error: a fact, perhaps why it matters, and what to write instead. */
interface Entry<TArgs> {
  readonly message: (args: TArgs) => string;
  readonly why?: string;
  readonly help: string | ((args: TArgs) => string);
}

const entry = <TArgs = Record<never, never>>(text: Entry<TArgs>): Entry<TArgs> => text;

const meant = (suggestion: string | null): string =>
  suggestion === null ? '' : `did you mean \`${suggestion}\`? `;

/**
 * Every error that stops an application before it serves anyone, authored once.
 * `BUILD` errors are found in the declarations, `BOOT` errors at the start, `CLI` errors by the command line.
 * Codes are never renamed or used again. docs/reference/errors.md lists the same set.
 */
export const ERRORS = {
  // ---- gateways and namespaces
  GW_ERR_BUILD_NO_GATEWAYS: entry({
    message: () => 'the application has no gateways',
    help: 'list at least one class decorated with @Gateway: createApp({ gateways: [ChatGateway] })',
  }),
  GW_ERR_BUILD_NOT_A_GATEWAY: entry<{ given: string }>({
    message: ({ given }) => `${given} is listed in \`gateways\` and is not a class decorated with @Gateway`,
    help: "put @Gateway('/namespace') on the class, or take it off the list",
  }),
  GW_ERR_BUILD_GATEWAY_TWICE: entry<{ gateway: string }>({
    message: ({ gateway }) => `\`${gateway}\` is listed twice in \`gateways\``,
    why: 'each of its events would have two handlers',
    help: 'list it once',
  }),
  GW_ERR_BUILD_TWO_NAMESPACES: entry<{ gateway: string }>({
    message: ({ gateway }) => `\`${gateway}\` has two @Gateway decorators`,
    why: 'a class is bound to one namespace',
    help: 'keep one of them; a subclass with its own @Gateway serves a second namespace',
  }),
  GW_ERR_BUILD_BAD_NAMESPACE: entry<{ namespace: string; reason: string }>({
    message: ({ namespace, reason }) => `namespace ${namespace} ${reason}`,
    help: "write '/', '/chat', '/team/:team' or a RegExp without the flags g and y",
  }),
  GW_ERR_BUILD_NAMESPACE_OVERLAP: entry<{ namespace: string; other: string }>({
    message: ({ namespace, other }) => `namespaces \`${namespace}\` and \`${other}\` overlap`,
    why: 'a client of both would be served by whichever comes first, perhaps without the auth of the other',
    help: 'rename one, or make the pattern narrower',
  }),
  GW_ERR_BUILD_NAMESPACE_DISAGREES: entry<{ namespace: string; option: string }>({
    message: ({ namespace, option }) => `gateways of namespace \`${namespace}\` disagree about \`${option}\``,
    why: 'a socket joins the namespace once, for all of its gateways',
    help: ({ option }) => `give the same \`${option}\` to each of them, or move one to another namespace`,
  }),
  // ---- events
  GW_ERR_BUILD_BAD_EVENT_NAME: entry<{ event: string; reason: string }>({
    message: ({ event, reason }) => `event name ${event} ${reason}`,
    help: "write a non-empty string such as 'message:send', an array of them, or a RegExp without the flags g and y",
  }),
  GW_ERR_BUILD_RESERVED_EVENT: entry<{ event: string }>({
    message: ({ event }) => `event \`${event}\` is reserved`,
    why: 'Socket.IO or gatewire gives it a meaning of its own',
    help: ({ event }) =>
      event === 'connect' || event === 'connection'
        ? 'use @OnConnect()'
        : event === 'disconnect' || event === 'disconnecting'
          ? `use @On${event === 'disconnect' ? 'Disconnect' : 'Disconnecting'}()`
          : 'choose another name',
  }),
  GW_ERR_BUILD_DUPLICATE_EVENT: entry<{ event: string; namespace: string }>({
    message: ({ event, namespace }) => `event ${event} has two handlers in namespace \`${namespace}\``,
    why: 'both would run and both would try to acknowledge',
    help: 'rename one event, or move one class to another namespace',
  }),
  GW_ERR_BUILD_DUPLICATE_CATCH_ALL: entry<{ namespace: string }>({
    message: ({ namespace }) => `namespace \`${namespace}\` has two @OnAnyEvent handlers`,
    why: 'both would run and both would try to acknowledge',
    help: 'keep one of them',
  }),
  // ---- contracts
  GW_ERR_BUILD_BAD_CONTRACT: entry<{ given: string }>({
    message: ({ given }) => `${given} was given to gatewayFor and is no contract`,
    help: "pass what defineContract('/chat', { … }) returns; undefined means that two files import each other",
  }),
  GW_ERR_BUILD_UNHANDLED_EVENT: entry<{ event: string; namespace: string; method: string }>({
    message: ({ event, namespace }) =>
      `event \`${event}\` of the contract of \`${namespace}\` has no handler`,
    why: 'clients may send it, and would be told UNKNOWN_EVENT',
    help: ({ event, method }) =>
      `write @Kit.OnEvent('${event}') ${method}(payload: Payload['${event}'], ctx: Context) { … }, with Kit from gatewayFor`,
  }),
  GW_ERR_BUILD_PAST_CONTRACT: entry<{ event: string; namespace: string }>({
    message: ({ event, namespace }) =>
      `event \`${event}\` of the contract of \`${namespace}\` is handled with the plain @OnEvent`,
    why: 'its payload and its answer would not be checked',
    help: ({ event }) => `write @Kit.OnEvent('${event}'), with Kit from gatewayFor(contract)`,
  }),
  GW_ERR_BUILD_NOT_IN_CONTRACT: entry<{ event: string; namespace: string; suggestion: string | null }>({
    message: ({ event, namespace }) => `event \`${event}\` is not in the contract of \`${namespace}\``,
    help: ({ suggestion }) => `${meant(suggestion)}add it to clientToServer, or use the plain @OnEvent`,
  }),
  GW_ERR_BUILD_FOREIGN_CONTRACT: entry<{ method: string; contract: string; namespace: string }>({
    message: ({ method, contract, namespace }) =>
      `\`${method}\` handles an event of the contract of \`${contract}\`, and its gateway serves \`${namespace}\` without it`,
    help: 'take Gateway and OnEvent from one gatewayFor(contract)',
  }),
  GW_ERR_BUILD_NOT_A_METHOD: entry<{ decorator: string; member: string }>({
    message: ({ decorator, member }) =>
      `@${decorator} stands on \`${member}\`, which is not an instance method`,
    help: 'decorate an instance method of the class',
  }),
  // ---- steps
  GW_ERR_BUILD_BAD_MIDDLEWARE: entry<{ given: string; reason: string }>({
    message: ({ given, reason }) => `${given} is no middleware: ${reason}`,
    help: 'pass an object or an injectable class with connect(ctx, next), event(ctx, next) or both',
  }),
  GW_ERR_BUILD_BAD_GUARD: entry<{ given: string }>({
    message: ({ given }) => `${given} is no guard`,
    help: 'pass a function of ctx, or an injectable class with check(ctx), that answers true or false',
  }),
  GW_ERR_BUILD_BAD_ROOM_GUARD: entry<{ given: string; reason: string }>({
    message: ({ given, reason }) => `${given} in \`rooms\` ${reason}`,
    help: "write guardRoom('lobby', check), guardRoom('order/:id', check), or guardRoom('*', check) for all other rooms",
  }),
  GW_ERR_BUILD_BAD_AUTH: entry<{ given: string }>({
    message: ({ given }) => `${given} is no authenticator`,
    help: 'pass a function of the handshake, an injectable class with authenticate(handshake), or false for public',
  }),
  GW_ERR_BUILD_STEP_WITHOUT_EVENT: entry<{ decorator: string; method: string }>({
    message: ({ decorator, method }) => `@${decorator} stands on \`${method}\`, which handles no event`,
    why: 'it would never run, and whoever wrote it believes it does',
    help: 'add @OnEvent, or move it to the class or to a method that handles an event',
  }),
  GW_ERR_BUILD_RATE_WITHOUT_USER: entry<{ method: string; namespace: string }>({
    message: ({ method, namespace }) =>
      `the rate limit of \`${method}\` counts per user, and namespace \`${namespace}\` has no auth`,
    why: 'nobody there is a user, so nothing would be counted',
    help: "give the namespace `auth`, or count per 'socket' or 'address'",
  }),
  GW_ERR_BUILD_SERVER_SIDE: entry<{ method: string; reason: string }>({
    message: ({ method, reason }) => `@OnServerSideEmit: \`${method}\` ${reason}`,
    why: 'what other nodes send has a name and a payload, one handler, and no client',
    help: "write @OnServerSideEmit('cache:clear') clear(payload, ctx) { … } in a class without @Scoped",
  }),
  // ---- parameters
  GW_ERR_BUILD_PARAMETER_WITHOUT_HANDLER: entry<{ decorator: string; method: string }>({
    message: ({ decorator, method }) =>
      `@${decorator} decorates a parameter of \`${method}\`, which handles nothing`,
    help: "add @OnEvent('name') to the method, or take the parameter decorator off",
  }),
  GW_ERR_BUILD_BARE_PARAMETER: entry<{ method: string; index: number }>({
    message: ({ method, index }) =>
      `parameter ${index + 1} of \`${method}\` has no decorator while others have`,
    why: 'it would always be undefined',
    help: 'decorate all parameters, or none and take (payload, ctx)',
  }),
  GW_ERR_BUILD_PARAMETER_TWICE: entry<{ method: string; index: number }>({
    message: ({ method, index }) => `parameter ${index + 1} of \`${method}\` has two decorators`,
    help: 'keep one of them',
  }),
  GW_ERR_BUILD_PARAMETER_MISPLACED: entry<{ decorator: string; method: string }>({
    message: ({ decorator, method }) => `@${decorator} has no meaning on \`${method}\``,
    why: 'connecting and disconnecting carry neither payload nor acknowledgement',
    help: 'use @Ctx(), @ConnectedSocket() or @User() there',
  }),
  // ---- options
  GW_ERR_BUILD_UNKNOWN_OPTION: entry<{ option: string; of: string; suggestion: string | null }>({
    message: ({ option, of }) => `\`${option}\` is not an option of ${of}`,
    help: ({ suggestion }) => `${meant(suggestion)}remove it or spell it as documented`,
  }),
  GW_ERR_BUILD_BAD_OPTION: entry<{ option: string; given: string; expected: string }>({
    message: ({ option, given }) => `option \`${option}\` is ${given}`,
    help: ({ expected }) => `expected ${expected}`,
  }),
  GW_ERR_BUILD_BAD_ORIGIN: entry<{ given: string; reason: string; write: string }>({
    message: ({ given, reason }) => `${given} in \`origins\` ${reason}`,
    why: 'browsers send scheme, host and port, so that nothing else ever matches',
    help: ({ write }) => `write ${write}`,
  }),
  GW_ERR_BUILD_BAD_ADDRESS: entry<{ option: string; given: string }>({
    message: ({ option, given }) => `${given} in \`${option}\` is no address`,
    help: "write addresses such as '10.0.0.1' or '::1', or CIDRs such as '10.0.0.0/8' or '2001:db8::/32'",
  }),
  GW_ERR_BUILD_STANDARD_DECORATORS: entry<{ decorator: string }>({
    message: ({ decorator }) => `@${decorator} was called as a standard (TC39) decorator`,
    why: 'standard decorators know no parameters, so constructor injection could not work',
    help: 'set "experimentalDecorators": true in tsconfig.json, in the section that covers this file',
  }),
  // ---- injection
  GW_ERR_BUILD_MISSING_BINDING: entry<{ consumer: string; token: string; suggestion: string | null }>({
    message: ({ consumer, token }) => `\`${consumer}\` needs \`${token}\`, and nothing provides it`,
    help: ({ token, suggestion }) =>
      `${meant(suggestion)}add { provide: ${token}, useValue | useClass | useFactory } to \`providers\``,
  }),
  GW_ERR_BUILD_UNINJECTED_PARAMETER: entry<{ consumer: string; index: number }>({
    message: ({ consumer, index }) =>
      `parameter ${index + 1} of the constructor of \`${consumer}\` has no @inject`,
    why: 'gatewire reads no emitted types, so nothing says what to pass',
    help: 'write constructor(@inject(Service) private readonly service: Service)',
  }),
  GW_ERR_BUILD_UNDEFINED_TOKEN: entry<{ consumer: string; index: number }>({
    message: ({ consumer, index }) =>
      `@inject of parameter ${index + 1} of \`${consumer}\` was given undefined`,
    why: 'two files import each other, so the class does not exist yet when the decorator runs',
    help: 'break the circle, or inject a token<T>() that stands in a third file',
  }),
  GW_ERR_BUILD_CAPTURED_SCOPE: entry<{ consumer: string; scope: string; token: string; tokenScope: string }>({
    message: ({ consumer, scope, token, tokenScope }) =>
      `\`${consumer}\` (${scope}) injects \`${token}\` (${tokenScope})`,
    why: 'it would keep the first one for ever and show one client the data of another',
    help: ({ consumer, tokenScope }) =>
      `put @Scoped('${tokenScope}') on \`${consumer}\`, or take what is needed from ctx in the method`,
  }),
  GW_ERR_BUILD_CIRCULAR_DEPENDENCY: entry<{ path: string }>({
    message: ({ path }) => `circular dependency: ${path}`,
    help: 'move what both need into a third class',
  }),
  GW_ERR_BUILD_BAD_PROVIDER: entry<{ given: string; reason: string }>({
    message: ({ given, reason }) => `provider ${given} ${reason}`,
    help: 'write a class, or { provide, useClass }, { provide, useValue } or { provide, useFactory }',
  }),
  GW_ERR_BUILD_DUPLICATE_PROVIDER: entry<{ token: string }>({
    message: ({ token }) => `\`${token}\` is provided twice`,
    help: 'keep one of them',
  }),
  GW_ERR_BUILD_FOREIGN_CONTAINER: entry<{ what: string }>({
    message: ({ what }) => `${what} needs a container that gatewire can add to`,
    why: 'the one given as `container` is not inversify, so gatewire can only get from it',
    help: 'provide it in that container, or leave `container` out',
  }),
  // ---- starting
  GW_ERR_BOOT_PROVIDER_FAILED: entry<{ token: string; reason: string }>({
    message: ({ token, reason }) => `the provider of \`${token}\` failed: ${reason}`,
    help: 'mend the factory; it runs once, when the application starts',
  }),
  GW_ERR_BOOT_PROVIDER_ORDER: entry<{ token: string; needs: string }>({
    message: ({ token, needs }) =>
      `the factory of \`${token}\` asks for \`${needs}\`, which is not ready yet`,
    why: 'factories run one after the other, and get() does not wait',
    help: ({ token, needs }) => `list the provider of \`${needs}\` ahead of \`${token}\``,
  }),
  GW_ERR_BOOT_CONSTRUCTION_FAILED: entry<{ target: string; reason: string }>({
    message: ({ target, reason }) => `\`${target}\` could not be made: ${reason}`,
    help: 'mend its constructor or what it injects',
  }),
  GW_ERR_BOOT_BAD_PORT: entry<{ given: string }>({
    message: ({ given }) => `port ${given} is not a port`,
    help: 'pass a whole number from 0 to 65535; 0 takes a free one',
  }),
  GW_ERR_BOOT_BAD_HOST: entry<{ host: string; reason: string }>({
    message: ({ host, reason }) => `cannot listen on host \`${host}\`: ${reason}`,
    help: "pass an address of this machine, such as '127.0.0.1', or none for all of them",
  }),
  GW_ERR_BOOT_PORT_IN_USE: entry<{ port: number; host: string }>({
    message: ({ port, host }) => `port ${port} on ${host} is taken by another process`,
    help: ({ port }) =>
      `stop the other process, or choose another port (PORT=${port === 65535 ? port - 1 : port + 1})`,
  }),
  GW_ERR_BOOT_LISTEN_FAILED: entry<{ port: number; reason: string }>({
    message: ({ port, reason }) => `cannot listen on port ${port}: ${reason}`,
    help: 'ports below 1024 need privileges; choose another one',
  }),
  GW_ERR_BOOT_BAD_CERTIFICATE: entry<{ what: string; reason: string }>({
    message: ({ what, reason }) => `${what} of \`tls\` cannot be used: ${reason}`,
    help: 'give paths or PEM of a private key and of the certificate made for it',
  }),
  GW_ERR_BOOT_STATE: entry<{ state: string }>({
    message: ({ state }) => `listen() was called on an application that is ${state}`,
    help: 'an application starts once; make another with createApp()',
  }),
  GW_ERR_BOOT_STACK: entry<{ package: string; missing: string }>({
    message: ({ package: name, missing }) => `this version of ${name} has no ${missing}`,
    why: 'gatewire relies on it and will not run half-way',
    help: ({ package: name }) => `install a version of ${name} that the peer dependency of gatewire allows`,
  }),
  GW_ERR_BOOT_REDIS_URL: entry<{ given: string }>({
    message: ({ given }) => `redisAdapter was given ${given} as the URL of Redis`,
    why: 'without Redis this would be one node that believes it is several',
    help: "pass 'redis://:password@host:6379', or 'rediss://…' for TLS; is the environment variable set?",
  }),
  GW_ERR_BOOT_REDIS_RECOVERY: entry<{ mode: string }>({
    message: ({ mode }) => `connectionStateRecovery does not work with Redis in the mode \`${mode}\``,
    why: 'classic recovers nothing, and sharded hands listeners an argument that nobody sent',
    help: "use redisAdapter({ mode: 'streams' }), or take connectionStateRecovery out of `socket`",
  }),
  GW_ERR_BOOT_BROKER_URL: entry<{ source: string; given: string; scheme: string }>({
    message: ({ source, given }) => `${source} was given ${given} as its URL`,
    help: ({ scheme }) => `pass '${scheme}://user:password@host:port'; is the environment variable set?`,
  }),
  GW_ERR_BOOT_MISSING_PACKAGE: entry<{ source: string; package: string }>({
    message: ({ source, package: name }) => `${source} needs the package ${name}, which is not installed`,
    why: 'gatewire brings no package along that only some applications need',
    help: ({ package: name }) => `npm install ${name}`,
  }),
  GW_ERR_BOOT_NODE_TLS: entry({
    message: () => 'an application on several cores cannot use TLS itself',
    why: 'the primary reads which session a request belongs to, and that is encrypted',
    help: 'let a proxy in front end TLS, and set `trustProxy`',
  }),
  GW_ERR_BOOT_NODE_SERVER: entry({
    message: () => 'an application on several cores has to listen itself',
    why: 'the primary has the port, and brings the requests of one session to one node',
    help: 'write app.listen(port) beside `server`, and take server.listen() out',
  }),
  GW_ERR_BOOT_NODE_SECOND: entry({
    message: () => 'a second application listens in this node',
    why: 'the primary has one port',
    help: 'start the second application on its own',
  }),
  GW_ERR_BOOT_NODE_ADAPTER: entry<{ nodes: number }>({
    message: ({ nodes }) => `this is one of ${nodes} nodes, and there is no \`adapter\``,
    why: 'what is sent here would not reach the clients of the other nodes',
    help: 'pass clusterAdapter() of gatewire/cluster, or redisAdapter() of gatewire/redis',
  }),
  GW_ERR_BOOT_NODE_PRIMARY: entry({
    message: () => 'clusterAdapter() is in a worker that gatewire did not start',
    why: 'its messages go through the primary, which would not pass them on',
    help: 'start it with `gatewire start` or runCluster(), or use redisAdapter()',
  }),
  GW_ERR_BOOT_NODE_RECOVERY: entry({
    message: () => 'connectionStateRecovery does not work with clusterAdapter()',
    help: "use redisAdapter({ mode: 'streams' }), or take connectionStateRecovery out of `socket`",
  }),
  GW_ERR_BOOT_NODES_END: entry<{ times: number; end: string }>({
    message: ({ times, end }) => `a node ended ${times} times in a row before it listened: ${end}`,
    help: 'what it wrote stands above; start its file alone to look into it',
  }),
  // ---- command line
  GW_ERR_CLI_USAGE: entry<{ reason: string; suggestion: string | null; command: string | null }>({
    message: ({ reason }) => reason,
    help: ({ suggestion, command }) =>
      `${meant(suggestion)}${command === null ? 'gatewire --help lists the commands' : `gatewire ${command} --help lists the options`}`,
  }),
  GW_ERR_CLI_NO_APP: entry<{ tried: string }>({
    message: ({ tried }) => `no application found (tried ${tried})`,
    help: 'name the file: gatewire events --app src/app.ts, or "gatewire": { "app": "src/app.ts" } in package.json',
  }),
  GW_ERR_CLI_BAD_APP: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} ${reason}`,
    help: 'export const app = createApp({ … }) from it, and start it in another file',
  }),
  GW_ERR_CLI_NO_LOADER: entry<{ file: string }>({
    message: ({ file }) => `${file} is TypeScript and tsx is not installed`,
    help: 'npm install --save-dev tsx, or name the compiled file with --app',
  }),
  GW_ERR_CLI_NOT_FOUND: entry<{ what: string; name: string; suggestion: string | null }>({
    message: ({ what, name }) => `there is no ${what} \`${name}\``,
    help: ({ suggestion }) => `${meant(suggestion)}gatewire events lists all of them`,
  }),
  GW_ERR_CLI_FILE_EXISTS: entry<{ file: string }>({
    message: ({ file }) => `${file} exists already`,
    help: 'add --force to overwrite it, or name another file with --out',
  }),
  GW_ERR_CLI_FILE_NOT_WRITTEN: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} cannot be written: ${reason}`,
    help: 'name another file with --out, or leave it out to print',
  }),
  GW_ERR_CLI_NO_MAIN: entry<{ tried: string }>({
    message: ({ tried }) => `no file to run (tried ${tried})`,
    help: 'name it, as in gatewire dev src/main.ts; it is the one that calls app.run() or app.listen()',
  }),
  GW_ERR_CLI_BAD_NAME: entry<{ what: string; name: string; reason: string; suggestion: string | null }>({
    message: ({ what, name, reason }) => `\`${name}\` cannot name a ${what}: it ${reason}`,
    help: ({ suggestion }) => (suggestion === null ? 'choose another name' : `call it \`${suggestion}\``),
  }),
  GW_ERR_CLI_EXISTS: entry<{ files: string; count: number }>({
    message: ({ files, count }) =>
      count === 1 ? `${files} is there already` : `${count} files are there already: ${files}`,
    why: 'nothing was written, so that nothing is lost',
    help: 'choose another name, or overwrite with --force; --dry-run --force shows what that would do',
  }),
  GW_ERR_CLI_CANNOT_WRITE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` cannot be written: ${reason}`,
    help: 'look at who may write there, and what stands in its way',
  }),
  GW_ERR_CLI_INSTALL_FAILED: entry<{ reason: string }>({
    message: ({ reason }) => `the packages could not be installed: ${reason}`,
    why: 'the project is written; only its packages are missing',
    help: 'run npm install in its folder',
  }),
} as const;

/** Code of an error that stops an application or a command. */
export type ErrorCode = keyof typeof ERRORS;

/** What the text of an error has to be told. */
export type ErrorArguments<TCode extends ErrorCode> = Parameters<(typeof ERRORS)[TCode]['message']>[0];
