import { ServerProcess } from '../../support/server-process.js';

/** examples/chat as its own process, as `npm start` runs it. */
export class ChatProcess extends ServerProcess {
  constructor(
    port: string | number,
    env: Readonly<Record<string, string>> = {},
    execArgv: readonly string[] = [],
  ) {
    super('examples/chat/main.ts', port, { execArgv, env });
  }
}
