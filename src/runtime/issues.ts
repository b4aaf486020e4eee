import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../contract/schema.js';
import type { Issue } from '../contract/wire.js';

const MAX_ISSUES = 20;
const MAX_TEXT = 200;
const MAX_MESSAGE = 1_000;

// Where libraries quote the value that they refuse. It may be a password: its place is neither the wire nor the log.
const QUOTES: Readonly<Record<string, RegExp>> = {
  arktype: / \((?:was |\w*Error: )[\s\S]*\)$| ?\([\s\S]*\)(?= must be\.\.\.)/,
  valibot: /(?: but received|: Received) [\s\S]*$/,
  zod: /, received ['"][\s\S]*$/, // zod 3; zod 4 names types and quotes nothing
};

/**
 * What a schema found, as far as a client and the log may see it. Libraries write paths as keys or as objects
 * with a key, and some quote the value: here are keys, no values, and not more than fits a log line.
 */
export function publicIssues(schema: Schema, issues: readonly StandardSchemaV1.Issue[]): readonly Issue[] {
  const { vendor } = schema['~standard'];
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: (issue.path ?? []).slice(0, MAX_ISSUES).map((part) => {
      const key = typeof part === 'object' ? part.key : part;
      return typeof key === 'number' ? key : String(key).slice(0, MAX_TEXT);
    }),
    message: textOf(issue.message, vendor),
  }));
}

function textOf(message: string, vendor: string): string {
  // Only a quote makes it that long, and the expressions above take time that grows with its square.
  if (message.length > MAX_MESSAGE) return 'is not valid';
  const quotes = Object.hasOwn(QUOTES, vendor) ? QUOTES[vendor] : undefined;
  return (quotes === undefined ? message : message.replace(quotes, '')).slice(0, MAX_TEXT);
}
