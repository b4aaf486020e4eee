import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let built: Promise<Uint8Array> | undefined;

/** The page's program as one script, kept in memory. A node that is started again builds it anew. */
export function pageScript(): Promise<Uint8Array> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
