import { expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { Gateway } from '../../src/index.js';
import { jwt } from '../../src/middleware/jwt/index.js';
import { createTestApp, describeMatrix } from '../../src/testing/index.js';

const SECRET = 'a secret of thirty-two bytes or more';

@Gateway('/')
class Empty {}

describeMatrix('an identity that ends', (cell) => {
  it('sends its client away within a second', async () => {
    const auth = ({ auth: { expiresIn } }: { auth: Readonly<Record<string, unknown>> }) => ({
      user: { id: 'ann' },
      expiresAt: new Date(Date.now() + Number(expiresIn)),
    });
    await using test = await createTestApp(Empty, { ...cell, auth });
    const client = await test.client.connect('/', { auth: { expiresIn: 700 } });
    const began = performance.now();
    expect(await client.disconnected()).toBe('io server disconnect');
    expect(performance.now() - began).toBeGreaterThan(500);
    expect(performance.now() - began).toBeLessThan(1_700 + 300);
  });

  it('sends its client away within a second of `exp` of a JSON Web Token', async () => {
    await using test = await createTestApp(Empty, { ...cell, auth: jwt({ secret: SECRET }) });
    const exp = Math.floor(Date.now() / 1_000) + 2;
    const signing = new SignJWT({ sub: 'ann', exp }).setProtectedHeader({ alg: 'HS256' });
    const token = await signing.sign(new TextEncoder().encode(SECRET));
    const client = await test.client.connect('/', { auth: { token } });
    expect(await client.disconnected()).toBe('io server disconnect');
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000);
    expect(Date.now()).toBeLessThan(exp * 1_000 + 1_300);
  });
});
