import { GatewireError } from 'gatewire/client';

/** An error in words for people, with the code that the server gave it. */
export function wordsFor(error: unknown): string {
  if (!GatewireError.is(error)) return 'The server cannot be reached.';
  switch (error.code) {
    case 'RATE_LIMITED': {
      const seconds = Math.ceil((error.retryAfterMs ?? 1_000) / 1_000);
      return `You are too fast. Wait ${seconds === 1 ? 'a second' : `${seconds} seconds`} (RATE_LIMITED).`;
    }
    case 'INVALID_PAYLOAD': {
      const issues = error.details as readonly { readonly message: string }[] | undefined;
      return `The server said: ${issues?.[0]?.message ?? error.message} (INVALID_PAYLOAD).`;
    }
    case 'FORBIDDEN':
      return `You may not do this: ${error.message} (FORBIDDEN).`;
    default:
      return `The server said: ${error.message} (${error.code}).`;
  }
}
