import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { BootError, problem } from '../../../src/errors/boot-error.js';
import { ERRORS } from '../../../src/errors/registry.js';

describe('the report of an application that cannot start', () => {
  it('lists problems with their places, why they matter and what to write', () => {
    const problems = [
      problem('GW_ERR_BUILD_GATEWAY_TWICE', { gateway: 'Chat' }, [
        { location: 'src/chat.ts:3:1', label: 'Chat' },
        { location: null, label: '' },
      ]),
      problem('GW_ERR_BUILD_NO_GATEWAYS', {}),
    ];
    const error = new BootError(problems);
    expect(error.message).toBe(`error[GW_ERR_BUILD_GATEWAY_TWICE]: \`Chat\` is listed twice in \`gateways\`
  --> src/chat.ts:3:1    Chat
  --> (unknown place)
  why:  each of its events would have two handlers
  help: list it once

error[GW_ERR_BUILD_NO_GATEWAYS]: the application has no gateways
  help: list at least one class decorated with @Gateway: createApp({ gateways: [ChatGateway] })

2 problems found; nothing was started`);
    expect([error.name, error.stack]).toEqual(['BootError', error.message]);
    expect(inspect(error)).toBe(`[${error.message}]`); // as Node shows it when nobody catches it
    expect(error.problems).toEqual(problems);
    expect(Object.isFrozen(error.problems)).toBe(true);
    expect(new BootError(problems.slice(1)).message).toMatch(/\n\n1 problem found; nothing was started$/);
  });

  it('begins a help line with a suggestion where there is one', () => {
    const of = 'createApp';
    const help = (suggestion: string | null) =>
      problem('GW_ERR_BUILD_UNKNOWN_OPTION', { option: 'lgger', of, suggestion }).help;
    expect(help('logger')).toBe('did you mean `logger`? remove it or spell it as documented');
    expect(help(null)).toBe('remove it or spell it as documented');
  });
});

describe('the registry', () => {
  const texts = Object.entries(ERRORS).map(([code, entry]) => {
    const { message, help, ...rest } = entry as {
      message: (args: unknown) => string;
      why?: string;
      help: string | ((args: unknown) => string);
    };
    const args = new Proxy({}, { get: (_, name) => `<${String(name)}>` });
    return {
      code,
      lines: [message(args), rest.why ?? '', typeof help === 'function' ? help(args) : help],
    };
  });

  it('has codes of one of three areas', () => {
    expect(
      texts.map(({ code }) => code).filter((code) => !/^GW_ERR_(BUILD|BOOT|CLI)_[A-Z_]+$/.test(code)),
    ).toEqual([]);
  });

  it('has lines that begin in lower case and end without a full stop', () => {
    const wrong = texts.flatMap(({ code, lines }) =>
      lines
        .filter((line) => /^[A-Z][a-z ]/.test(line) || /[.!]$/.test(line))
        .map((line) => `${code}: ${line}`),
    );
    expect(wrong).toEqual([]);
  });
});
