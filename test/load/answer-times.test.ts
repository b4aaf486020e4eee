import { describe, expect, it } from '@jest/globals';
import { ANSWERS, ask, bare, type Case, envelope, RAW, STEPS, title } from '../hostile/answers.js';
import { serverFixture, TRANSPORTS } from '../hostile/shared-server.js';

/** Promised in docs/explanation/guarantees.md. */
const PROMISED_MS = 100;
/** A single answer may come while the server collects garbage; the better one of two is what counts. */
const ONE_MS = 2_000;

const NAMESPACES: readonly (readonly [string, readonly Case[], (one: Case) => unknown[]])[] = [
  ['/answers', ANSWERS, envelope],
  ['/bare', ANSWERS, bare],
  ['/steps', STEPS, envelope],
  ['/raw', RAW, envelope],
];

const fixture = serverFixture();

describe.each(TRANSPORTS)(
  `an acknowledgement over %s comes within ${PROMISED_MS} ms of its cause`,
  (transport) => {
    describe.each(NAMESPACES)('in %s', (namespace, cases, expected) => {
      it.each(cases.map((one) => [title(one), one] as const))('%s', async (_title, one) => {
        const client = await fixture.client(transport, namespace);
        const times: number[] = [];
        for (let i = 0; i < 2; i++) times.push(await ask(fixture, client, namespace, one, expected(one)));
        expect(Math.max(...times)).toBeLessThan(ONE_MS);
        expect(Math.min(...times)).toBeLessThan(PROMISED_MS);
      });
    });
  },
);
