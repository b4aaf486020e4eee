import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Folder } from './folder.js';
import type { Uploads } from './uploads.js';

/** The sources of the page. Beside the compiled server: the page, as `vite build` made it of them. */
const FOLDER = fileURLToPath(new URL('page', import.meta.url));
const isCompiled = !import.meta.url.endsWith('.ts');

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** Answers the requests for the page and for files; those for the socket never get here. */
export function createSite(uploads: Uploads, folder: Folder): Express {
  const site = express();
  site.use(
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
  );
  site.get('/files/:id', async (request, response) => {
    const file = uploads.find(request.params.id);
    if (file === null) return response.sendStatus(404);
    // Never shown in the browser: whatever somebody uploaded, it is no page of ours.
    const path = await folder.pathOf(file.id);
    return response.type('application/octet-stream').download(path, file.name, { dotfiles: 'allow' });
  });
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
