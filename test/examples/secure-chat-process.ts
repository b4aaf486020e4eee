import { ServerProcess } from '../support/server-process.js';

/** examples/secure-chat as its own process. */
export class SecureChatProcess extends ServerProcess {
  constructor(port: string | number, env: Readonly<Record<string, string>> = {}) {
    super('examples/secure-chat/main.ts', port, { env });
  }
}

/** As the README of the example says. */
export const PASSWORDS = {
  ada: 'analytical engine',
  grace: 'nanosecond',
  alan: 'enigma machine',
} as const;
