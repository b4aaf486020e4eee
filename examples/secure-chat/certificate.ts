import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { generate } from 'selfsigned';
import { settings } from './settings.js';

const DAYS = 90;

/** A private key and its certificate, both PEM. */
interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Where the one that is made is kept. Nothing below node_modules gets into a repository, or into a package. */
const file = resolve('node_modules/.cache/secure-chat/certificate.pem');

/**
 * The certificate in TLS_KEY and TLS_CERT; without them one for localhost, made at the first start. Browsers warn of
 * that one, because nobody vouches for it.
 *
 * @throws when TLS_KEY or TLS_CERT cannot be read
 */
export async function certificate(): Promise<Certificate> {
  const { tlsKey, tlsCert } = settings;
  if (tlsKey !== undefined && tlsCert !== undefined) {
    return { key: await readFile(tlsKey, 'utf8'), cert: await readFile(tlsCert, 'utf8') };
  }
  const kept = await readFile(file, 'utf8').catch(() => null);
  const pem = kept !== null && new Date(new X509Certificate(kept).validTo) > new Date() ? kept : await make();
  return { key: pem, cert: pem }; // each is taken out of the same text
}

async function make(): Promise<string> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + DAYS * 24 * 60 * 60 * 1_000),
    extensions: [
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  const pem = `${made.private}\n${made.cert}\n`;
  await mkdir(dirname(file), { recursive: true });
  // Under another name first: a second process that starts now reads all of it, or nothing.
  await writeFile(`${file}.${process.pid}`, pem, { mode: 0o600 });
  await rename(`${file}.${process.pid}`, file);
  return pem;
}
