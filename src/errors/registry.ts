import { BOOT_CODES, CLI_CODES } from './boot-codes.js';
import { BUILD_CODES } from './build-codes.js';

/**
 * Every error that stops an application before it serves clients, and every error of the command line, written once.
 * Codes are never renamed or reused. docs/reference/errors.md lists the same set.
 */
export const ERRORS = { ...BUILD_CODES, ...BOOT_CODES, ...CLI_CODES } as const;

/** Code of an error that stops an application or a command. */
export type ErrorCode = keyof typeof ERRORS;

/** Arguments of the text of an error. */
export type ErrorArguments<TCode extends ErrorCode> = Parameters<(typeof ERRORS)[TCode]['message']>[0];
