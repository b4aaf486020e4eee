import { fileURLToPath } from 'node:url';
import express from 'express';
import helmet from 'helmet';

/** The sources of the page. Beside the compiled server: the page, as `vite build` made it of them. */
const FOLDER = fileURLToPath(new URL('page', import.meta.url));
const isCompiled = !import.meta.url.endsWith('.ts');

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** Answers the requests for the page; those for the socket never get here. */
export const site = express()
  .use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: NOTHING,
          scriptSrc: OWN,
          styleSrc: OWN,
          imgSrc: OWN,
          connectSrc: OWN,
          baseUri: NOTHING,
          formAction: NOTHING,
          frameAncestors: NOTHING,
        },
      },
    }),
  )
  .use(express.static(process.env['PAGE_FOLDER'] || FOLDER));

/** Builds the page for nodes that are run from their sources. @returns the folder that the nodes serve */
export async function buildPage(folder: string): Promise<string> {
  if (isCompiled) return FOLDER;
  const { build } = await import('vite');
  await build({ root: FOLDER, logLevel: 'warn', build: { outDir: folder } });
  return folder;
}
