/** Class that an application is to list. */
export interface Registration {
  /** Name of the class. */
  readonly name: string;
  /** Path that the application imports it from. */
  readonly from: string;
  /** Option of `createApp` that lists it. */
  readonly list: 'gateways' | 'use';
}

/**
 * Adds a class to the list of an application, and imports it. Only the plain form is changed: one list of names, such
 * as `gateways: [ChatGateway]`, in one file with imports.
 *
 * @param source - text of the file that calls `createApp`
 * @returns the new text; null when the file has another form
 */
export function register(source: string, { name, from, list }: Registration): string | null {
  if (source.split('createApp(').length !== 2) return null;
  const [found, ...more] = source.matchAll(new RegExp(`\\b${list}:\\s*\\[([\\w$,\\s]*)\\]`, 'g'));
  if (found === undefined || more.length > 0) return null;
  const [written, names = ''] = found;
  const listed = written.slice(0, written.lastIndexOf('[') + 1) + appended(names, name);
  const changed = source.slice(0, found.index) + listed + source.slice(found.index + written.length - 1);
  return imported(changed, `import { ${name} } from '${from}';`, from);
}

/** Appends a name to a list, on a line of its own where the others have one. */
function appended(names: string, name: string): string {
  const kept = names.trimEnd();
  if (kept === '') return name;
  const separator = kept.endsWith(',') ? '' : ',';
  const [lineBreak = ' '] = /\r?\n[ \t]*(?=\S)/.exec(names) ?? [];
  const end = names.slice(kept.length);
  return `${kept}${separator}${lineBreak}${name}${end.includes('\n') ? `,${end}` : end}`;
}

const IMPORT = /^import\b[^;'"]*\bfrom\s*['"]([^'"]+)['"];?[ \t]*(\r?\n)/gm;

/** Adds an import where a linter that sorts imports by their paths wants it; null when there are no imports. */
function imported(source: string, line: string, from: string): string | null {
  const imports = [...source.matchAll(IMPORT)];
  const last = imports.at(-1);
  if (last === undefined) return null;
  const next = imports.find(([, path = '']) => path.startsWith('.') && distance(path, from) > 0);
  const at = next?.index ?? last.index + last[0].length;
  return source.slice(0, at) + line + (last[2] ?? '\n') + source.slice(at);
}

/** Compares two paths: files of folders above come first. */
function distance(a: string, b: string): number {
  const depth = (path: string): number => path.split('../').length;
  return depth(b) - depth(a) || (a < b ? -1 : 1);
}
