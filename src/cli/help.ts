import { HELP } from './arguments.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands.js';
import type { Paint } from './output.js';
import { alignRows, type Row } from './table.js';

/** The text of `gatewire --help`. */
export function programHelp(paint: Paint): string {
  return [
    'gatewire: real-time servers on Socket.IO',
    '',
    'usage: gatewire COMMAND [options]',
    '',
    'commands',
    ...alignRows(
      COMMANDS.map(({ name, summary }): Row => [{ text: name, style: 'title' }, { text: summary }]),
      2,
      paint,
    ),
    '',
    'options',
    ...alignRows(
      [
        [{ text: '-h, --help', style: 'title' }, { text: 'show this help' }],
        [{ text: '-v, --version', style: 'title' }, { text: 'print the version' }],
      ],
      2,
      paint,
    ),
    '',
    'gatewire COMMAND --help shows the options of a command',
  ].join('\n');
}

/** The text of `gatewire COMMAND --help`. */
export function commandHelp({ usage, options, notes }: Command, paint: Paint): string {
  const rows = Object.entries({ ...options, ...HELP }).map(([name, { value, help }]): Row => {
    const short = name === 'help' ? '-h, ' : '    ';
    const written = value === undefined ? `--${name}` : `--${name} ${value}`;
    return [{ text: short + written, style: 'title' }, { text: help }];
  });
  return [
    ...usage.map((line, i) => `${i === 0 ? 'usage:' : '      '} gatewire ${line}`),
    '',
    'options',
    ...alignRows(rows, 2, paint),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}
