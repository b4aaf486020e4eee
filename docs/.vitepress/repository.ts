import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  readonly repository: { readonly url: string };
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

/** The version that the pages are about. */
export const VERSION = manifest.version;

/** Address of the repository, from package.json. */
export const REPOSITORY = manifest.repository.url.replace(/^git\+|\.git$/g, '');

/** Address of a file in the repository as a page. */
export const pageOf = (file: string): string => `${REPOSITORY}/blob/main/${file}`;

/** Address of a file in the repository as it is, for pictures. */
export const rawOf = (file: string): string =>
  `${REPOSITORY.replace('//github.com/', '//raw.githubusercontent.com/')}/main/${file}`;
