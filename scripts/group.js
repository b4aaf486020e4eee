// Puts what several entry points of dist/ share into a few files. esbuild makes one for each set of entry points that
// share modules: 26 of them were in the way of each start, and cost as much as the code in them.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A module is in the first group that one of these entry points reads it for. Who reads a group reads those above it. */
const GROUPS = {
  shared: ['src/client/index.ts', 'src/contract/index.ts'],
  base: [
    'src/cli/main.ts',
    'src/cli/commands/asyncapi.ts',
    'src/cli/commands/doctor.ts',
    'src/cli/commands/events.ts',
    'src/cli/commands/start.ts',
    'src/cli/commands/types.ts',
    'src/inspect/asyncapi/document.ts',
    'src/middleware/jwt/index.ts',
    'src/middleware/session/session.ts',
    'src/nodes/brokers/index.ts',
    'src/nodes/cores/index.ts',
  ],
  nodes: ['src/nodes/redis/index.ts'],
  app: ['src/index.ts'],
};

/** What every application reads. Only modules of it are in groups; others stay as esbuild splits them. */
const MAIN = 'src/index.ts';

/**
 * Changes settings of a build with `splitting`, so that each group becomes one file.
 *
 * @param {import('esbuild').BuildOptions} settings
 * @param {import('esbuild').Metafile} metafile - of a build with the same settings
 * @returns {import('esbuild').BuildOptions}
 */
export function group(settings, metafile) {
  const root = settings.absWorkingDir;
  const { modules, groupsOf } = findGroups(metafile);
  const groupsOfFile = (file) => groupsOf.get(path.relative(root, file).replaceAll('\\', '/')) ?? [];

  const plugin = {
    name: 'group',
    setup({ onLoad, onResolve, resolve }) {
      // In place of an entry point, also of `import()`, stands a module that reads it and whole groups.
      onResolve({ filter: /^(\.|src\/)/ }, async ({ path: name, kind, resolveDir, pluginData }) => {
        if (pluginData === group || (kind !== 'entry-point' && kind !== 'dynamic-import')) return undefined;
        const from = kind === 'entry-point' ? `./${name}` : name;
        const { path: file } = await resolve(from, {
          kind: 'import-statement',
          resolveDir,
          pluginData: group,
        });
        return groupsOfFile(file).length === 0 ? undefined : { path: file, namespace: 'entry' };
      });
      onLoad({ filter: /./, namespace: 'entry' }, ({ path: file }) => {
        const [program = ''] = /^#!.*\n/.exec(readFileSync(file, 'utf8')) ?? [];
        const groups = groupsOfFile(file).map((name) => importOf(`group:${name}`));
        const contents = `${program}export * from ${JSON.stringify(file)};\n${groups.join('')}`;
        return { contents, resolveDir: root };
      });
      onResolve({ filter: /^group:/ }, ({ path: name }) => ({ path: name.slice(6), namespace: 'group' }));
      onLoad({ filter: /./, namespace: 'group' }, ({ path: name }) => ({
        contents: modules[name].map((file) => importOf(path.join(root, file))).join(''),
        resolveDir: root,
      }));
    },
  };
  return {
    ...settings,
    entryPoints: settings.entryPoints.map((file) => ({
      in: file,
      out: file.replace(/^src\//, '').replace(/\.ts$/, ''),
    })),
    plugins: [...settings.plugins, plugin],
    // A module of a group is there, although who reads the group may use nothing of it.
    ignoreAnnotations: true,
  };
}

const importOf = (name) => `import ${JSON.stringify(name)};\n`;

/** Finds the modules of each group, and the groups of each entry point, those of `import()` included. */
function findGroups({ outputs }) {
  const fileOf = new Map(Object.entries(outputs).map(([file, { entryPoint }]) => [entryPoint, file]));
  fileOf.delete(undefined);
  const modulesOf = (entry) => {
    const files = new Set([fileOf.get(entry)]);
    for (const file of files)
      for (const { path: name, kind } of outputs[file].imports)
        if (kind === 'import-statement' && name in outputs) files.add(name);
    return [...files].flatMap((file) => Object.keys(outputs[file].inputs));
  };

  const free = new Set(modulesOf(MAIN).filter((module) => !fileOf.has(module)));
  const modules = {};
  for (const [name, entries] of Object.entries(GROUPS)) {
    modules[name] = [...new Set(entries.flatMap(modulesOf))].filter((module) => free.delete(module));
  }
  const groupsOf = new Map();
  for (const entry of fileOf.keys()) {
    const read = new Set(modulesOf(entry));
    const names = Object.keys(GROUPS);
    const last = names.findLastIndex((name) => modules[name].some((module) => read.has(module)));
    groupsOf.set(entry, names.slice(0, last + 1));
  }
  return { modules, groupsOf };
}
