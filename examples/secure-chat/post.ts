import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

const MAX_BODY_BYTES = 1_000;

/** What a client is answered. */
export interface Answer {
  readonly status: number;
  readonly value?: object;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** Answers a POST of JSON, of which `body` is what was sent; undefined when that is no JSON. */
export type Post = (body: unknown, request: IncomingMessage) => Answer | Promise<Answer>;

/** Answers a request by `post`, or says why it is none. */
export async function answerPost(
  post: Post,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const refusal = refusalOf(request);
    const answer = refusal ?? (await post(parse(await text(request)), request));
    // A token stays in no cache.
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' };
    response.writeHead(answer.status, { ...headers, ...answer.headers });
    response.end(JSON.stringify(answer.value ?? {}));
  } catch {
    response.destroy(); // the client hung up
  }
}

function refusalOf({ method, headers }: IncomingMessage): Answer | null {
  if (method !== 'POST') return { status: 405, value: { error: 'only POST' } };
  // Another site's page cannot send this type without asking first, and this server never allows it.
  if (headers['content-type'] !== 'application/json') {
    return { status: 415, value: { error: 'only application/json' } };
  }
  if (!(Number(headers['content-length']) <= MAX_BODY_BYTES)) {
    return { status: 413, value: { error: `${MAX_BODY_BYTES} bytes at most` } };
  }
  return null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
