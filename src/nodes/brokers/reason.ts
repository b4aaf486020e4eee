const MAX_TEXT = 300;

/** What an error says, on one line and without the password of a URL. */
export function reasonOf(error: unknown): string {
  const text = textOf(error);
  const cause = error instanceof Error && error.cause !== undefined ? `: ${textOf(error.cause)}` : '';
  return `${text}${cause}`
    .replace(/\s+/g, ' ')
    .replace(/\/\/[^@\s]*@/g, '//…@')
    .slice(0, MAX_TEXT);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name, each with an error of its own, come as an error without words.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return error.message || (first instanceof Error && first.message) || error.name;
}
