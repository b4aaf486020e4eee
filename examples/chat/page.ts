import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { signIn } from './sign-in.js';
import type { Tokens } from './tokens.js';

/** The sources of the page. Beside the compiled server: the page, as `vite build` made it of them. */
const FOLDER = fileURLToPath(new URL('page', import.meta.url));
const isCompiled = !import.meta.url.endsWith('.ts');

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** Answers the requests for the page and for a token; those for the socket never get here. */
export function createSite(tokens: Tokens): Express {
  const site = express();
  site.use(
    helmet({
      // Nothing but this server's own files and its socket; so an injected script would not run.
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
  );
  site.post('/sign-in', express.json({ limit: 1_000 }), signIn(tokens));
  if (isCompiled) site.use(express.static(FOLDER));
  return site;
}

/**
 * Serves the page from its sources while they are written: browsers show a change by themselves.
 *
 * @returns what ends that; it does nothing where the page is compiled
 */
export async function serveSources(site: Express, server: Server): Promise<() => Promise<void>> {
  if (isCompiled) return async () => {};
  const { createServer } = await import('vite');
  const vite = await createServer({ root: FOLDER, server: { middlewareMode: true, hmr: { server } } });
  site.use(vite.middlewares);
  return () => vite.close();
}
