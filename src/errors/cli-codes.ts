import { didYouMean, entry } from './entry.js';

/** Errors of the command line. */
export const CLI_CODES = {
  GW_ERR_CLI_USAGE: entry<{ reason: string; suggestion: string | null; command: string | null }>({
    message: ({ reason }) => reason,
    help: ({ suggestion, command }) =>
      `${didYouMean(suggestion)}${command === null ? 'gatewire --help lists the commands' : `gatewire ${command} --help lists the options`}`,
  }),
  GW_ERR_CLI_NO_APP: entry<{ tried: string }>({
    message: ({ tried }) => `no application found (tried ${tried})`,
    help: 'name the file: gatewire events --app src/app.ts, or "gatewire": { "app": "src/app.ts" } in package.json',
  }),
  GW_ERR_CLI_BAD_APP: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} ${reason}`,
    help: 'export const app = createApp({ … }) from it, and start it in another file',
  }),
  GW_ERR_CLI_NO_LOADER: entry<{ file: string }>({
    message: ({ file }) => `${file} is TypeScript and tsx is not installed`,
    help: 'npm install --save-dev tsx, or name the compiled file with --app',
  }),
  GW_ERR_CLI_NOT_FOUND: entry<{ what: string; name: string; suggestion: string | null }>({
    message: ({ what, name }) => `there is no ${what} \`${name}\``,
    help: ({ suggestion }) => `${didYouMean(suggestion)}gatewire events lists all of them`,
  }),
  GW_ERR_CLI_FILE_EXISTS: entry<{ files: string; count: number }>({
    message: ({ files, count }) =>
      count === 1 ? `${files} already exists` : `${count} files already exist: ${files}`,
    why: 'nothing was written, so nothing is lost',
    help: 'choose another name, or overwrite with --force',
  }),
  GW_ERR_CLI_FILE_NOT_WRITTEN: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` cannot be written: ${reason}`,
    help: 'check the permissions of the folder, and whether something else has that name',
  }),
  GW_ERR_CLI_NO_MAIN: entry<{ tried: string }>({
    message: ({ tried }) => `no file to run (tried ${tried})`,
    help: 'name it, as in gatewire dev src/main.ts; it is the one that calls app.run() or app.listen()',
  }),
  GW_ERR_CLI_BAD_NAME: entry<{ what: string; name: string; reason: string; suggestion: string | null }>({
    message: ({ what, name, reason }) => `\`${name}\` cannot name a ${what}: it ${reason}`,
    help: ({ suggestion }) => (suggestion === null ? 'choose another name' : `call it \`${suggestion}\``),
  }),
  GW_ERR_CLI_INSTALL_FAILED: entry<{ reason: string }>({
    message: ({ reason }) => `the packages could not be installed: ${reason}`,
    why: 'the project is written; only its packages are missing',
    help: 'run npm install in its folder',
  }),
} as const;
