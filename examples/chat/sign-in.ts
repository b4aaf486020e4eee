import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { personName } from './people.js';
import type { Tokens } from './tokens.js';

const MAX_BODY_BYTES = 1_000;

const body = z.object({ name: personName });

/** Answers `POST /sign-in` with a token for the name in it. It asks for no password: this is an example. */
export async function signIn(
  request: IncomingMessage,
  response: ServerResponse,
  tokens: Tokens,
): Promise<void> {
  if (request.method !== 'POST') return answer(response, 405, { error: 'only POST' });
  // Another site's page cannot send this type without asking first, and this server never allows it.
  if (request.headers['content-type'] !== 'application/json') {
    return answer(response, 415, { error: 'only application/json' });
  }
  if (!(Number(request.headers['content-length']) <= MAX_BODY_BYTES)) {
    return answer(response, 413, { error: `${MAX_BODY_BYTES} bytes at most` });
  }
  try {
    const { success, data, error } = body.safeParse(parse(await text(request)));
    if (success) answer(response, 200, tokens.issue(data.name));
    else answer(response, 400, { error: error.issues[0]?.message });
  } catch {
    response.destroy(); // the client hung up
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(value));
}
