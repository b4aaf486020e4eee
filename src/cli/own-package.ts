import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What is read of gatewire's own package.json, which is published as it is. */
export interface OwnManifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The folder of the examples, which the package carries as they are: they are the templates. */
export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

/** Reads gatewire's own package.json. */
export async function ownManifest(): Promise<OwnManifest> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return JSON.parse(text) as OwnManifest;
}
