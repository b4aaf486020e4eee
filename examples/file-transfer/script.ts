import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const isProduction = process.env['NODE_ENV'] === 'production';
let built: Promise<Uint8Array> | undefined;

/**
 * The modules of `page/` as one script, kept in memory. In production it is built once; otherwise for each request, so
 * that a reload shows what was changed.
 *
 * @throws when the page does not build; esbuild has printed why, with file and line
 */
export function pageScript(): Promise<Uint8Array> {
  if (!isProduction) return bundle();
  built ??= bundle().finally(stop);
  return built;
}

async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: isProduction, // which also sets NODE_ENV to production in the page
    sourcemap: isProduction ? false : 'inline',
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
