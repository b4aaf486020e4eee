/**
 * The token is in this variable and nowhere else: what is in a storage can be read by a script that somebody slipped
 * in, and stays there when the tab is gone. A reload asks for another one, by the cookie that no script can read.
 */
let token = '';
let until = 0;

/** Milliseconds until the token ends. */
export function leftMs(): number {
  return Math.max(0, until - Date.now());
}

/** What the client gives as `auth`: another token each time, for an attempt to connect as for a renewal. */
export async function freshAuth(): Promise<{ readonly token: string }> {
  await refresh();
  return { token };
}

/** @returns whether somebody is signed in; throws when that cannot be known */
export async function refresh(): Promise<boolean> {
  const answer = await post('/refresh', {});
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  keep(answer);
  return token !== '';
}

/** @returns what went wrong, in words; null when all went well */
export async function signIn(name: string, password: string): Promise<string | null> {
  try {
    const answer = await post('/sign-in', { name, password });
    if (!answer.ok) return `The server said: ${answer.error}.`;
    keep(answer);
    return null;
  } catch {
    return 'The server cannot be reached. Try again in a moment.';
  }
}

export async function signOut(): Promise<void> {
  await post('/sign-out', {}).catch(() => {});
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly token?: string;
  readonly seconds?: number;
  readonly error?: string;
}

async function post(path: string, value: object): Promise<Answer> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  const { ok, status } = response;
  return { ...((await response.json()) as object), ok, status };
}

function keep(answer: Answer): void {
  token = answer.token ?? '';
  until = Date.now() + (answer.seconds ?? 0) * 1_000; // by this clock alone, which may differ from the server's
}
