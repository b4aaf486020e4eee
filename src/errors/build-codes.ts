import { didYouMean, entry } from './entry.js';

/** Errors that are found in the declarations, before anything starts. */
export const BUILD_CODES = {
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
    why: 'a client that matches both would be served by the first one, perhaps without the auth of the other',
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
    why: 'it has its own meaning in Socket.IO or gatewire',
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
    message: ({ given }) => `${given} was given to gatewayFor and is not a contract`,
    help: "pass what defineContract('/chat', { … }) returns; undefined means that two files import each other",
  }),
  GW_ERR_BUILD_UNSENDABLE: entry<{ event: string; option: string; kind: string; codec: string }>({
    message: ({ event, option, kind }) =>
      `\`${option}\` of event \`${event}\` is a ${kind}, for which JSON has no form`,
    why: 'nothing that is sent fits such a schema',
    help: ({ codec }) => `let the schema have ${codec}`,
  }),
  GW_ERR_BUILD_UNHANDLED_EVENT: entry<{ event: string; namespace: string; method: string }>({
    message: ({ event, namespace }) =>
      `event \`${event}\` of the contract of \`${namespace}\` has no handler`,
    why: 'clients may send it, and would get UNKNOWN_EVENT',
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
    help: ({ suggestion }) => `${didYouMean(suggestion)}add it to clientToServer, or use the plain @OnEvent`,
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
  // ---- topics
  GW_ERR_BUILD_BAD_TOPIC: entry<{ topic: string; reason: string }>({
    message: ({ topic, reason }) => `topic ${topic} ${reason}`,
    help: "write 'prices', or a path with parameters such as 'prices/:symbol'",
  }),
  GW_ERR_BUILD_TOPIC_OVERLAP: entry<{ topic: string; other: string; namespace: string }>({
    message: ({ topic, other, namespace }) =>
      topic === other
        ? `topic \`${topic}\` of namespace \`${namespace}\` has two methods`
        : `topics \`${topic}\` and \`${other}\` of namespace \`${namespace}\` have names in common`,
    why: 'it would be open which of the two authorizes a subscription',
    help: 'rename one, or make the pattern narrower',
  }),
  GW_ERR_BUILD_UNHANDLED_TOPIC: entry<{ topic: string; namespace: string }>({
    message: ({ topic, namespace }) => `topic \`${topic}\` of the contract of \`${namespace}\` has no method`,
    why: 'no method says who may subscribe',
    help: ({ topic }) =>
      `write @Kit.OnSubscribe('${topic}') on a method of a gateway, with Kit from gatewayFor`,
  }),
  GW_ERR_BUILD_FOREIGN_TOPIC: entry<{ topic: string; namespace: string; suggestion: string | null }>({
    message: ({ topic, namespace }) => `topic \`${topic}\` is not in the contract of \`${namespace}\``,
    help: ({ suggestion }) =>
      `${didYouMean(suggestion)}add it to \`topics\` of the contract, or use the plain @OnSubscribe`,
  }),
  // ---- steps
  GW_ERR_BUILD_BAD_MIDDLEWARE: entry<{ given: string; reason: string }>({
    message: ({ given, reason }) => `${given} is not a middleware: ${reason}`,
    help: 'pass an object or an injectable class with connect(ctx, next), event(ctx, next) or both',
  }),
  GW_ERR_BUILD_BAD_GUARD: entry<{ given: string }>({
    message: ({ given }) => `${given} is not a guard`,
    help: 'pass a function of ctx, or an injectable class with check(ctx), that answers true or false',
  }),
  GW_ERR_BUILD_BAD_ROOM_GUARD: entry<{ given: string; reason: string }>({
    message: ({ given, reason }) => `${given} in \`rooms\` ${reason}`,
    help: "write guardRoom('lobby', check), guardRoom('order/:id', check), or guardRoom('*', check) for all other rooms",
  }),
  GW_ERR_BUILD_BAD_AUTH: entry<{ given: string }>({
    message: ({ given }) => `${given} is not an authenticator`,
    help: 'pass a function of the handshake, an injectable class with authenticate(handshake), or false for public',
  }),
  GW_ERR_BUILD_STEP_WITHOUT_EVENT: entry<{ decorator: string; method: string }>({
    message: ({ decorator, method }) => `@${decorator} stands on \`${method}\`, which handles no event`,
    why: 'it would never run',
    help: 'add @OnEvent, or move it to the class or to a method that handles an event',
  }),
  GW_ERR_BUILD_RATE_WITHOUT_USER: entry<{ method: string; namespace: string }>({
    message: ({ method, namespace }) =>
      `the rate limit of \`${method}\` counts per user, and namespace \`${namespace}\` has no auth`,
    why: 'sockets there have no user, so nothing would be counted',
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
    help: ({ suggestion }) => `${didYouMean(suggestion)}remove it or spell it as documented`,
  }),
  GW_ERR_BUILD_BAD_OPTION: entry<{ option: string; given: string; expected: string }>({
    message: ({ option, given }) => `option \`${option}\` is ${given}`,
    help: ({ expected }) => `expected ${expected}`,
  }),
  GW_ERR_BUILD_SOCKET_OPTION: entry<{ option: string; why: string; instead: string }>({
    message: ({ option }) => `\`socket.${option}\` is an option of Socket.IO that gatewire does not take`,
    help: ({ why, instead }) => `${why}; ${instead}`,
  }),
  GW_ERR_BUILD_BAD_ORIGIN: entry<{ given: string; reason: string; write: string }>({
    message: ({ given, reason }) => `${given} in \`origins\` ${reason}`,
    why: 'browsers send scheme, host and port, so nothing else can match',
    help: ({ write }) => `write ${write}`,
  }),
  GW_ERR_BUILD_OPEN_ORIGINS: entry<{ auth: string; namespace: string }>({
    message: ({ auth, namespace }) =>
      `the auth \`${auth}\` of namespace \`${namespace}\` trusts cookies, and \`origins\` allows every page`,
    why: 'browsers send the cookies of a visitor with what any page asks for, which would act in the name of the visitor',
    help: "name your own pages: origins: ['https://app.example.com']",
  }),
  GW_ERR_BUILD_BAD_ADDRESS: entry<{ option: string; given: string }>({
    message: ({ option, given }) => `${given} in \`${option}\` is not an address`,
    help: "write addresses such as '10.0.0.1' or '::1', or CIDRs such as '10.0.0.0/8' or '2001:db8::/32'",
  }),
  GW_ERR_BUILD_STANDARD_DECORATORS: entry<{ decorator: string }>({
    message: ({ decorator }) => `@${decorator} was called as a standard (TC39) decorator`,
    why: 'standard decorators cannot decorate parameters, so constructor injection would not work',
    help: 'set "experimentalDecorators": true in tsconfig.json, in the section that covers this file',
  }),
  // ---- injection
  GW_ERR_BUILD_MISSING_BINDING: entry<{ consumer: string; token: string; suggestion: string | null }>({
    message: ({ consumer, token }) => `\`${consumer}\` needs \`${token}\`, and nothing provides it`,
    help: ({ token, suggestion }) =>
      `${didYouMean(suggestion)}add { provide: ${token}, useValue | useClass | useFactory } to \`providers\``,
  }),
  GW_ERR_BUILD_UNINJECTED_PARAMETER: entry<{ consumer: string; index: number }>({
    message: ({ consumer, index }) =>
      `parameter ${index + 1} of the constructor of \`${consumer}\` has no @inject`,
    why: 'gatewire does not read emitted types, so it cannot know what to inject',
    help: 'write constructor(@inject(Service) private readonly service: Service)',
  }),
  GW_ERR_BUILD_UNDEFINED_TOKEN: entry<{ consumer: string; index: number }>({
    message: ({ consumer, index }) =>
      `@inject of parameter ${index + 1} of \`${consumer}\` was given undefined`,
    why: 'two files import each other, so the class does not exist yet when the decorator runs',
    help: 'break the circle, or inject a token<T>() that is declared in a third file',
  }),
  GW_ERR_BUILD_CAPTURED_SCOPE: entry<{ consumer: string; scope: string; token: string; tokenScope: string }>({
    message: ({ consumer, scope, token, tokenScope }) =>
      `\`${consumer}\` (${scope}) injects \`${token}\` (${tokenScope})`,
    why: 'it would keep the first instance and show one client the data of another',
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
} as const;
