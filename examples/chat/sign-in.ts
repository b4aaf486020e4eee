import type { RequestHandler } from 'express';
import * as z from 'zod';
import { personName } from './people.js';
import type { Tokens } from './tokens.js';

const body = z.object({ name: personName });

/** Answers with a token for the name in the body. It asks for no password: this is an example. */
export function signIn(tokens: Tokens): RequestHandler {
  return (request, response) => {
    const { success, data, error } = body.safeParse(request.body);
    if (success) response.json(tokens.issue(data.name));
    else response.status(400).json({ error: error.issues[0]?.message });
  };
}
