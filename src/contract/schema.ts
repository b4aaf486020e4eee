import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Schema of any library with Standard Schema 1: zod, zod/mini, valibot, arktype and others. */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>;

/** Type of the values that a schema accepts. */
export type InputOf<TSchema> = TSchema extends Schema<infer TInput, unknown> ? TInput : never;

/** Type of the values that a schema returns after parsing. */
export type OutputOf<TSchema> = TSchema extends Schema<unknown, infer TOutput> ? TOutput : never;
