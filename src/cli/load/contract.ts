import { reasonOf } from '../../base/show.js';
import { suggest } from '../../base/suggest.js';
import type { AnyContract, EventDefinition, Schema } from '../../contract/contract.js';
import { PARAMETER_VALUE } from '../../contract/namespace-name.js';
import { type JsonSchema, jsonSchemaOf } from '../../inspect/json-schema.js';
import { usageError } from '../errors.js';
import { importLoadFile } from './file.js';
import { payloadFrom, Unmakeable } from './payload.js';
import type { PlannedEvent } from './plan.js';

/** Events of a contract that a load sends, and those that it cannot. */
export interface ContractMix {
  readonly mix: readonly PlannedEvent[];
  readonly leftOut: readonly LeftOut[];
}

/** Event of a contract that a load does not send. */
export interface LeftOut {
  readonly event: string;
  readonly reason: string;
}

/**
 * Imports the contract of a namespace.
 *
 * @param namespace - path of the URL
 * @throws {CliError} GW_ERR_CLI_BAD_LOAD_FILE when the file exports no contract, GW_ERR_CLI_USAGE when none is of the namespace
 */
export async function importContract(named: string, cwd: string, namespace: string): Promise<AnyContract> {
  const { file, exports, refuse } = await importLoadFile(named, cwd, 'a contract, made with defineContract');
  const contracts = exports().filter(isContract);
  if (contracts.length === 0) throw refuse('exports no contract');
  const found = contracts.find((contract) => patternOf(contract.namespace).test(namespace));
  if (found !== undefined) return found;
  const names = [...new Set(contracts.map((contract) => `\`${contract.namespace}\``))].join(', ');
  throw usageError('load', `${file} is about ${names}, the URL about \`${namespace}\``);
}

function isContract(value: unknown): value is AnyContract {
  const { namespace, definition } = (value ?? {}) as Partial<AnyContract>;
  return typeof namespace === 'string' && typeof definition === 'object' && definition !== null;
}

/** Returns the pattern of the names that a namespace with parameters takes. */
function patternOf(namespace: string): RegExp {
  const segments = namespace
    .split('/')
    .map((segment) => (segment.startsWith(':') ? PARAMETER_VALUE : segment.replace(/[^\w-]/g, '\\$&')));
  return new RegExp(`^${segments.join('/')}$`);
}

/**
 * Makes a mix of the events that clients send by a contract, all with the same weight.
 *
 * @param only - the only event to send; null for all
 * @throws {CliError} GW_ERR_CLI_USAGE when the contract has no such event, or nothing can be sent
 */
export async function mixOf(contract: AnyContract, only: string | null = null): Promise<ContractMix> {
  const events = contract.definition.clientToServer ?? {};
  if (only !== null && !Object.hasOwn(events, only)) {
    throw usageError('load', `the contract has no event \`${only}\``, suggest(only, Object.keys(events)));
  }
  const mix: PlannedEvent[] = [];
  const leftOut: LeftOut[] = [];
  for (const [event, definition] of Object.entries(events)) {
    if (only !== null && event !== only) continue;
    try {
      const argumentsOf = await argumentsFor(definition);
      mix.push({ event, weight: 1, isAnswered: definition.ack !== undefined, argumentsOf });
    } catch (error) {
      leftOut.push({ event, reason: error instanceof Unmakeable ? error.message : reasonOf(error) });
    }
  }
  if (mix.length > 0) return { mix, leftOut };
  const [first] = leftOut;
  const reason = first === undefined ? '' : `: \`${first.event}\` is left out, ${first.reason}`;
  throw usageError('load', `no event of the contract can be sent${reason}`);
}

/** Makes a function that makes the arguments of an event. @throws {Unmakeable} */
async function argumentsFor({
  payload,
  args,
  examples = [],
}: EventDefinition): Promise<() => readonly unknown[]> {
  const schema = payload ?? args;
  if (schema === undefined) return () => [];
  const spread = (value: unknown): readonly unknown[] =>
    args === undefined ? [value] : (value as unknown[]);
  if (examples.length > 0) {
    let next = 0;
    return () => spread(examples[next++ % examples.length]);
  }
  const json = jsonSchemaOf(schema, 'input');
  if (json === null) throw new Unmakeable('', 'its schema exports no JSON Schema, and it has no `examples`');
  const samples = await samplesOf(schema, () => payloadFrom(json));
  return () => spread(makeOr(json, samples));
}

/** Makes a value; where that fails by chance, it is one of the samples. */
function makeOr(json: JsonSchema, samples: readonly unknown[]): unknown {
  try {
    return payloadFrom(json);
  } catch {
    return samples[Math.floor(Math.random() * samples.length)];
  }
}

const SAMPLES = 20;

/** Makes some values and lets the schema judge them, because it may have rules that JSON Schema has no words for. */
async function samplesOf(schema: Schema, make: () => unknown): Promise<readonly unknown[]> {
  const samples = Array.from({ length: SAMPLES }, make);
  for (const sample of samples) {
    const { issues } = await schema['~standard'].validate(sample);
    const [issue] = issues ?? [];
    if (issue !== undefined) {
      const path = (issue.path ?? [])
        .map((step) => String(typeof step === 'object' ? step.key : step))
        .join('.');
      throw new Unmakeable(path, `a made value does not fit: ${issue.message}`);
    }
  }
  return samples;
}
