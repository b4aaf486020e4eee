// A certificate of 127.0.0.1 that signs itself, and its key, for this run only.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes both with openssl, as PEM. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'gatewire-bench-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', keyFile, '-out', certFile], {
      stdio: 'pipe',
    });
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  } catch (cause) {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Error('the scenario tls needs the program openssl', { cause });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
