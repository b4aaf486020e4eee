// One server in a process of its own, asked over IPC.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onServerCore } from './pinning.js';
import { withTimeLimit } from './time-limit.js';

const HOST_PROGRAM = fileURLToPath(new URL('../servers/host.js', import.meta.url));
const START_LIMIT_MS = 30_000;
const ANSWER_LIMIT_MS = 20_000;

export class ServerProcess {
  port;
  bootMs;

  #child;
  #exited;
  #waiting = new Map();
  #nextId = 0;

  /** Starts `contender` with so many event handlers, perhaps over Redis, and resolves once it listens. */
  static async start(contender, options) {
    const server = new ServerProcess(contender, { ...contender.startOptions, ...options });
    try {
      const { port, bootMs } = await server.#answer('started', START_LIMIT_MS);
      server.port = port;
      server.bootMs = bootMs;
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /** Starts one, resolves with what `work` makes of it, and ends the process in any case. */
  static async use(contender, options, work) {
    const server = await ServerProcess.start(contender, options);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  constructor(contender, startOptions) {
    const [command, ...args] = onServerCore([
      process.execPath,
      '--expose-gc',
      HOST_PROGRAM,
      contender.moduleUrl.href,
      JSON.stringify(startOptions),
    ]);
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#child.on('message', ({ id, answer }) => this.#waiting.get(id)?.resolve(answer));
    this.#exited = new Promise((resolve) => {
      const onEnd = (reason) => {
        for (const { reject } of this.#waiting.values())
          reject(new Error(`server ${contender.name}: ${reason}`));
        resolve();
      };
      this.#child.on('exit', (code, signal) => onEnd(`ended with ${signal ?? `code ${code}`}`));
      this.#child.on('error', (error) => onEnd(error.message));
    });
  }

  /** Asks one of the questions of servers/host.js. */
  ask(question) {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = this.#answer(id, ANSWER_LIMIT_MS);
    this.#child.send({ id, question });
    return answer;
  }

  /** Ends the process. It has nothing to save, and a graceful end would only take time. */
  async stop() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #answer(id, limitMs) {
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    return withTimeLimit(answer, limitMs, `the answer to "${id}"`).finally(() => this.#waiting.delete(id));
  }
}
