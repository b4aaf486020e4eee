/** What may be said about a type or an event. */
export interface DocWords {
  readonly description: string | null;
  readonly isDeprecated: boolean;
}

/** Writes a doc comment with the line break after it; nothing when there is nothing to say. */
export function docComment({ description, isDeprecated }: DocWords, indent: string): string {
  const lines = [
    ...(description === null ? [] : description.trim().split(/\r?\n/)),
    ...(isDeprecated ? ['@deprecated'] : []),
  ].map((line) => line.replaceAll('*/', '*\\/').trimEnd());
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
