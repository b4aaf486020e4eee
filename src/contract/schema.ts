import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Any schema that speaks Standard Schema 1: zod, zod/mini, valibot, arktype and others. */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>;

/** What a schema accepts. */
export type InputOf<TSchema> = TSchema extends Schema<infer TInput, unknown> ? TInput : never;

/** What a schema delivers after parsing. */
export type OutputOf<TSchema> = TSchema extends Schema<unknown, infer TOutput> ? TOutput : never;
