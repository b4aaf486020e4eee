import type { Acknowledgement, Message } from '../messages.js';
import type { FailureSchemas } from './failures.js';
import type { AsyncApiObject } from './types.js';

/** AsyncAPI's Message Object of an event. */
export function messageObject({ name, carries, payload, docs }: Message): AsyncApiObject {
  const examples = docs.examples.flatMap((example) => {
    const sent = asSent(example);
    return sent === undefined ? [] : [{ payload: sent }];
  });
  return {
    name,
    ...(docs.description === null ? null : { description: docs.description }),
    ...(docs.isDeprecated ? { deprecated: true } : null),
    ...(carries === 'unknown' ? null : { 'x-socket.io-arguments': carries }),
    ...(payload === null ? null : { payload }),
    ...(examples.length === 0 ? null : { examples }),
  };
}

/** AsyncAPI's Message Object of an acknowledgement. */
export function ackObject(name: string, ack: Acknowledgement, failures: FailureSchemas): AsyncApiObject {
  return { name: `${name} (ack)`, 'x-socket.io-ack': ack.shape, payload: ackSchema(ack, failures) };
}

/** What an acknowledgement looks like on the wire. */
function ackSchema({ shape, value }: Acknowledgement, { error, failure }: FailureSchemas): AsyncApiObject {
  if (shape === 'bare') return value === null ? {} : { ...value };
  const answer = value ?? {};
  if (shape === 'raw') {
    return { anyOf: [answer, { type: 'object', required: ['error'], properties: { error } }] };
  }
  // `data` is absent when the value is undefined, and no JSON Schema tells whether it may be.
  const success = { type: 'object', required: ['ok'], properties: { ok: { const: true }, data: answer } };
  return { oneOf: [success, failure] };
}

/** An example as it travels; undefined when it cannot. */
function asSent(example: unknown): unknown {
  try {
    const text = JSON.stringify(example);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined; // a BigInt, or a circle
  }
}
