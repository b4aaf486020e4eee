import { GatewireError } from 'gatewire/client';

/** An error in words for people. */
export function wordsFor(error: unknown): string {
  if (!GatewireError.is(error)) return 'Something went wrong on this page.';
  switch (error.code) {
    case 'RATE_LIMITED':
      return `You are writing too fast. Wait ${seconds(error.retryAfterMs ?? 1_000)}.`;
    case 'TIMEOUT':
      return 'No answer came.';
    case 'UNAVAILABLE':
      return 'There is no connection.';
    case 'INVALID_PAYLOAD': {
      const issues = error.details as readonly { readonly message: string }[] | undefined;
      return `The server said: ${issues?.[0]?.message ?? error.message}.`;
    }
    default:
      return `The server said: ${error.message}.`;
  }
}

function seconds(ms: number): string {
  const count = Math.ceil(ms / 1_000);
  return count === 1 ? 'a second' : `${count} seconds`;
}
