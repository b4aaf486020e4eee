/** Text of one error: a fact, perhaps why it matters, and what to write instead. */
export interface Entry<TArgs> {
  readonly message: (args: TArgs) => string;
  readonly why?: string;
  readonly help: string | ((args: TArgs) => string);
}

/** Writes an entry of the registry; the type argument names what its text needs to know. */
export const entry = <TArgs = Record<never, never>>(text: Entry<TArgs>): Entry<TArgs> => text;

/** Writes a suggestion as the beginning of a help line; empty without one. */
export const didYouMean = (suggestion: string | null): string =>
  suggestion === null ? '' : `did you mean \`${suggestion}\`? `;
