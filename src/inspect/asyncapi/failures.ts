import { WIRE_CODES } from '../../errors/gatewire-error.js';
import type { NamespacePlan } from '../../plan/types.js';
import { identifierOf } from '../names.js';
import type { SchemaBook, SchemaReference } from '../schema-book.js';

const FRAMEWORK_CODES = Object.keys(WIRE_CODES);
const CODES_IN_WORDS = Object.entries(WIRE_CODES)
  .map(([code, text]) => `- \`${code}\`: ${text}`)
  .join('\n');

/** References to the schemas of errors in a namespace. */
export interface FailureSchemas {
  /** Error on the wire. */
  readonly error: SchemaReference;
  /** Failed acknowledgement: `{ ok: false, error }`. */
  readonly failure: SchemaReference;
  /** Payload of `exception`: `{ event, error }`. */
  readonly exception: SchemaReference;
}

/** Adds the schemas of errors to a book. All namespaces whose contract has no errors share theirs. */
export class Failures {
  #framework: SchemaReference | null = null;
  #shared: FailureSchemas | null = null;

  constructor(private readonly book: SchemaBook) {}

  /**
   * Returns the schemas of a namespace.
   *
   * @param id - identifier of the namespace
   */
  of({ contract }: NamespacePlan, id: string): FailureSchemas {
    if (contract === null || contract.errors.size === 0) {
      this.#shared ??= this.#around('', [this.#frameworkError(), this.#otherError('applicationError', [])]);
      return this.#shared;
    }
    const own = [...contract.errors].map(([code, schema]) => {
      const name = `${identifierOf(id, code.toLowerCase())}Error`;
      const details = this.book.addOf(`${name}Details`, schema, 'input');
      return this.book.add(name, errorObject({ const: code }, details ?? {}));
    });
    const other = this.#otherError(`${id}OtherError`, [...contract.errors.keys()]);
    return this.#around(id, [this.#frameworkError(), ...own, other]);
  }

  #around(id: string, errors: readonly SchemaReference[]): FailureSchemas {
    const error = this.book.add(identifierOf(id, 'error'), { oneOf: errors });
    return {
      error,
      failure: this.book.add(identifierOf(id, 'failure'), {
        type: 'object',
        required: ['ok', 'error'],
        properties: { ok: { const: false }, error },
      }),
      exception: this.book.add(identifierOf(id, 'exception'), {
        type: 'object',
        required: ['event', 'error'],
        properties: { event: { type: 'string', description: 'Name of the event that failed.' }, error },
      }),
    };
  }

  #frameworkError(): SchemaReference {
    const code = { type: 'string', enum: FRAMEWORK_CODES, description: CODES_IN_WORDS };
    this.#framework ??= this.book.add('frameworkError', errorObject(code, {}));
    return this.#framework;
  }

  /** Adds the schema of codes that handlers may throw although no contract names them. */
  #otherError(name: string, known: readonly string[]): SchemaReference {
    const not = { enum: [...FRAMEWORK_CODES, ...known] };
    return this.book.add(
      name,
      errorObject({ type: 'string', not, description: 'A code of the application.' }, {}),
    );
  }
}

function errorObject(code: object, details: object) {
  return {
    type: 'object',
    required: ['code', 'message', 'id'],
    properties: {
      code,
      message: { type: 'string' },
      id: { type: 'string', description: 'Id of the error in the log of the server.' },
      details,
      retryAfterMs: { type: 'number', description: 'Milliseconds after which another attempt makes sense.' },
    },
  };
}
