import type { Position, SchemaDescription } from '../../inspect/description.js';

/** `src/chat.gateway.ts:14`. */
export function placeOf(at: Position | null): string {
  return at === null ? '(unknown place)' : `${at.file}:${at.line}`;
}

/** The shape of what travels, or a word that there is a schema without telling one; `-` without a schema. */
export function shapeWords(schema: SchemaDescription | null, otherwise: string): string {
  return schema === null ? '-' : (schema.shape ?? otherwise);
}

/** Names as they are, or quoted where they would be taken for something else or break the line. */
export function nameWords(name: string, isLiteral: boolean): string {
  const isPlain = /^[^\s\p{C}'"]+$/u.test(name) && name !== '*' && !name.startsWith('/');
  return isPlain || !isLiteral ? name : JSON.stringify(name);
}

/** `1 gateway`, `2 gateways`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
