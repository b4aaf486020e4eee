import { publicIssues } from '../../runtime/issues.js';
import type { CheckedOptions } from './consume-options.js';
import type { Delivery } from './source.js';

/** A message that will never be handled, however often it is tried. */
export class Unfit extends Error {
  constructor(
    readonly reason: 'unreadable' | 'invalid',
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Unfit';
  }
}

/**
 * Makes the payload of a message.
 *
 * @throws {Unfit} when it cannot be decoded, or does not fit the schema
 */
export async function parse(delivery: Delivery, { decode, payload: schema }: CheckedOptions) {
  const decoded = await decodeWith(decode ?? json, delivery);
  if (schema === undefined) return decoded;
  const result = await schema['~standard'].validate(decoded);
  if (result.issues === undefined) return result.value;
  const issues = publicIssues(schema, result.issues);
  throw new Unfit('invalid', `the payload does not fit its schema: ${JSON.stringify(issues)}`);
}

async function decodeWith(decode: NonNullable<CheckedOptions['decode']>, { body, headers }: Delivery) {
  try {
    return await decode(body, headers);
  } catch (error) {
    throw new Unfit('unreadable', 'the body cannot be decoded', error);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function json(body: Uint8Array): unknown {
  const text = utf8.decode(body);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON'); // the engine's own words quote the body
  }
}
