import { didYouMean, entry } from './entry.js';

/** Fixes for a path that cannot be listened on, by the code of the operating system. */
const BAD_PATH_FIXES: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another process listens there, or the path is a file: stop the process, or choose another path',
  // Of a folder that does not exist, too.
  EACCES: 'make the folder, and let this process write into it; or choose another path',
};

/** Errors that are found while an application starts. */
export const BOOT_CODES = {
  GW_ERR_BOOT_PROVIDER_FAILED: entry<{ token: string; reason: string }>({
    message: ({ token, reason }) => `the provider of \`${token}\` failed: ${reason}`,
    help: 'fix the factory; it runs once, when the application starts',
  }),
  GW_ERR_BOOT_PROVIDER_ORDER: entry<{ token: string; needs: string }>({
    message: ({ token, needs }) =>
      `the factory of \`${token}\` asks for \`${needs}\`, which is not ready yet`,
    why: 'factories run one after the other, and get() does not wait',
    help: ({ token, needs }) => `list the provider of \`${needs}\` ahead of \`${token}\``,
  }),
  GW_ERR_BOOT_CONSTRUCTION_FAILED: entry<{ target: string; reason: string }>({
    message: ({ target, reason }) => `\`${target}\` could not be made: ${reason}`,
    help: 'fix its constructor or what it injects',
  }),
  GW_ERR_BOOT_BAD_PORT: entry<{ given: string }>({
    message: ({ given }) => `port ${given} is not a port`,
    help: "pass a whole number from 0 to 65535; 0 takes a free one, `NaN` comes from a text such as PORT=abc, and the path of a Unix socket has a slash, as './chat.sock'",
  }),
  GW_ERR_BOOT_BAD_PATH: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `cannot listen on the path \`${path}\`: ${reason}`,
    help: ({ reason }) =>
      BAD_PATH_FIXES[reason] ?? 'pass the path of a new file of at most 100 bytes, in a folder that exists',
  }),
  GW_ERR_BOOT_BAD_HOST: entry<{ host: string; reason: string }>({
    message: ({ host, reason }) => `cannot listen on host \`${host}\`: ${reason}`,
    help: "pass an address of this machine, such as '127.0.0.1', or leave it out to listen on all of them",
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
  GW_ERR_BOOT_STACK: entry<{ package: string; version: string | null; missing: string; use: string }>({
    message: ({ package: name, version, missing, use }) =>
      `${name} ${version ?? 'as installed'} has no ${missing}, which gatewire needs to ${use}`,
    why: 'a member that is not documented was renamed or removed; gatewire checks all it relies on before it starts',
    help: ({ package: name }) => `install a version of ${name} that the peer dependency of gatewire allows`,
  }),
  GW_ERR_BOOT_REDIS_URL: entry<{ given: string }>({
    message: ({ given }) => `redisAdapter was given ${given} as the URL of Redis`,
    why: 'without Redis, nothing would reach the clients of other nodes',
    help: "pass 'redis://:password@host:6379', or 'rediss://…' for TLS; is the environment variable set?",
  }),
  GW_ERR_BOOT_REDIS_RECOVERY: entry<{ mode: string }>({
    message: ({ mode }) => `connectionStateRecovery does not work with Redis in the mode \`${mode}\``,
    why: '`classic` recovers nothing, and `sharded` passes listeners an argument that was not sent',
    help: "use redisAdapter({ mode: 'streams' }), or take connectionStateRecovery out of `socket`",
  }),
  GW_ERR_BOOT_BROKER_URL: entry<{ source: string; given: string; scheme: string }>({
    message: ({ source, given }) => `${source} was given ${given} as its URL`,
    help: ({ scheme }) => `pass '${scheme}://user:password@host:port'; is the environment variable set?`,
  }),
  GW_ERR_BOOT_MISSING_PACKAGE: entry<{ source: string; package: string }>({
    message: ({ source, package: name }) => `${source} needs the package ${name}, which is not installed`,
    why: 'it is an optional peer dependency, which npm does not install by itself',
    help: ({ package: name }) => `npm install ${name}`,
  }),
  GW_ERR_BOOT_NODE_TLS: entry({
    message: () => 'an application on several cores cannot use TLS itself',
    why: 'the primary reads the session id of each request, which TLS would encrypt',
    help: 'terminate TLS in a proxy in front, and set `trustProxy`',
  }),
  GW_ERR_BOOT_NODE_SERVER: entry({
    message: () => 'an application on several cores has to listen itself',
    why: 'the primary owns the port, and routes all requests of a session to one node',
    help: 'write app.listen(port) beside `server`, and take server.listen() out',
  }),
  GW_ERR_BOOT_NODE_SECOND: entry({
    message: () => 'a second application listens in this node',
    why: 'the primary has one port',
    help: 'start the second application on its own',
  }),
  GW_ERR_BOOT_NODE_ADAPTER: entry<{ nodes: number }>({
    message: ({ nodes }) => `this is one of ${nodes} nodes, and there is no \`adapter\``,
    why: 'emits of this node would not reach clients of the other nodes',
    help: 'pass clusterAdapter() of gatewire/cluster, or redisAdapter() of gatewire/redis',
  }),
  GW_ERR_BOOT_TOPICS_ADAPTER: entry<{ topic: string }>({
    message: ({ topic }) => `topic \`${topic}\` is declared, and the \`adapter\` keeps no topics`,
    why: 'each node would have values of its own',
    help: 'pass redisAdapter() of gatewire/redis, or none where there is one node',
  }),
  GW_ERR_BOOT_NODE_PRIMARY: entry({
    message: () => 'clusterAdapter() is in a worker that gatewire did not start',
    why: 'its messages go through the primary, which would not forward them',
    help: 'start it with `gatewire start` or runCluster(), or use redisAdapter()',
  }),
  GW_ERR_BOOT_NODE_RECOVERY: entry({
    message: () => 'connectionStateRecovery does not work with clusterAdapter()',
    help: "use redisAdapter({ mode: 'streams' }), or take connectionStateRecovery out of `socket`",
  }),
  GW_ERR_BOOT_NODES_END: entry<{ times: number; end: string }>({
    message: ({ times, end }) => `a node ended ${times} times in a row before it listened: ${end}`,
    help: 'see its output above, or run the file directly',
  }),
} as const;

const TRUST = 'trust its certificate authority: NODE_EXTRA_CA_CERTS=ca.pem';

/** Fixes for a server that lets no client in, by the code of the operating system or of the refusal. */
const NOT_CONNECTED_FIXES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'start the server, or fix the port in the URL',
  ENOTFOUND: 'fix the host in the URL',
  EAI_AGAIN: 'fix the host in the URL, or the name server of this machine',
  EPROTO: 'the server speaks no TLS there: use http in the URL',
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNAUTHENTICATED: 'pass what the server authenticates: --auth JSON, or `auth` in the scenario',
  'Invalid namespace': 'fix the path of the URL, which is the namespace',
  'HTTP 404': 'the path of Socket.IO is another one there: --path /socket.io',
  'no answer': 'see whether a Socket.IO server listens there',
};

/** Errors of the command line. */
export const CLI_CODES = {
  GW_ERR_CLI_USAGE: entry<{ reason: string; suggestion: string | null; command: string | null }>({
    message: ({ reason }) => reason,
    help: ({ suggestion, command }) =>
      `${didYouMean(suggestion)}${command === null ? 'gatewire --help lists the commands' : `gatewire ${command} --help lists the options`}`,
  }),
  GW_ERR_CLI_NO_APP: entry<{ tried: string }>({
    message: ({ tried }) => `no application found (tried ${tried})`,
    help: 'name the file: --app src/app.ts, or "gatewire": { "app": "src/app.ts" } in package.json',
  }),
  GW_ERR_CLI_NO_PROJECT: entry<{ folder: string }>({
    message: ({ folder }) => `there is no package.json in \`${folder}\` or above it`,
    help: 'go to the folder of a project, or make one with gatewire new',
  }),
  GW_ERR_CLI_BAD_APP: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} ${reason}`,
    help: 'export const app = createApp({ … }) from it, and start it in another file',
  }),
  GW_ERR_CLI_NO_LOADER: entry<{ file: string }>({
    message: ({ file }) => `${file} is TypeScript and tsx is not installed`,
    help: 'npm install --save-dev tsx, or name the compiled file',
  }),
  GW_ERR_CLI_NOT_FOUND: entry<{ what: string; name: string; suggestion: string | null }>({
    message: ({ what, name }) => `there is no ${what} \`${name}\``,
    help: ({ suggestion }) => `${didYouMean(suggestion)}gatewire events lists all of them`,
  }),
  GW_ERR_CLI_FILE_EXISTS: entry<{ files: string; count: number }>({
    message: ({ files, count }) =>
      count === 1 ? `${files} already exists` : `${count} files already exist: ${files}`,
    why: 'nothing was written, so nothing is lost',
    help: 'choose another name, or overwrite with --force',
  }),
  GW_ERR_CLI_FILE_NOT_WRITTEN: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` cannot be written: ${reason}`,
    help: 'check the permissions of the folder, and whether something else has that name',
  }),
  GW_ERR_CLI_NO_MAIN: entry<{ tried: string }>({
    message: ({ tried }) => `no file to run (tried ${tried})`,
    help: 'name it, as in gatewire dev src/main.ts; it is the one that calls app.run() or app.listen()',
  }),
  GW_ERR_CLI_BAD_NAME: entry<{ what: string; name: string; reason: string; suggestion: string | null }>({
    message: ({ what, name, reason }) => `\`${name}\` cannot name a ${what}: it ${reason}`,
    help: ({ suggestion }) => (suggestion === null ? 'choose another name' : `call it \`${suggestion}\``),
  }),
  GW_ERR_CLI_INSTALL_FAILED: entry<{ reason: string; command: string }>({
    message: ({ reason }) => `the packages could not be installed: ${reason}`,
    why: 'the project is written; only its packages are missing',
    help: ({ command }) => `run ${command} in its folder`,
  }),
  GW_ERR_CLI_BAD_LOAD_FILE: entry<{ file: string; reason: string; wanted: string }>({
    message: ({ file, reason }) => `${file} ${reason}`,
    help: ({ wanted }) => `export ${wanted} from it`,
  }),
  GW_ERR_CLI_NOT_CONNECTED: entry<{ url: string; reason: string }>({
    message: ({ url, reason }) => `no client can connect to ${url}: ${reason}`,
    help: ({ reason }) => NOT_CONNECTED_FIXES[reason] ?? 'see the log of the server',
  }),
} as const;
