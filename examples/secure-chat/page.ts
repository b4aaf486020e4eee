import type { Server } from 'node:https';
import { fileURLToPath } from 'node:url';
import express, { type ErrorRequestHandler, type Express } from 'express';
import helmet from 'helmet';
import { type Shared, signInRoutes } from './sign-in.js';

/** The sources of the page. Beside the compiled server: the page, as `vite build` made it of them. */
const FOLDER = fileURLToPath(new URL('page', import.meta.url));
const isCompiled = !import.meta.url.endsWith('.ts');

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** Answers the requests for the page and for tokens; those for the socket never get here. */
export function createSite(shared: Shared): Express {
  const site = express();
  site.use(
    helmet({
      // Nothing but this server's own files and its socket; so an injected script would not run, and could tell nobody.
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
      // Browsers would apply it to every port of localhost. Remove this line on a host of your own.
      strictTransportSecurity: false,
    }),
  );
  site.use(signInRoutes(shared));
  if (isCompiled) site.use(express.static(FOLDER));
  site.use(answerError);
  return site;
}

/** Express itself would answer with the stack, unless NODE_ENV is `production`. */
const answerError: ErrorRequestHandler = ({ status = 500, message, expose }, _request, response, _next) => {
  response.status(status).json({ error: expose ? message : 'the server failed' });
};

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
