import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A self-signed certificate of 127.0.0.1, in two files. */
export interface CertificateFiles {
  readonly key: string;
  readonly cert: string;
}

/** A folder for certificates, gone when it is disposed of. */
export class CertificateFolder implements Disposable {
  readonly path = mkdtempSync(path.join(tmpdir(), 'gatewire-tls-'));

  /** Makes a certificate whose common name is `name`; one of the same name is replaced. */
  make(name: string, file = name): CertificateFiles {
    const key = path.join(this.path, `${file}.key`);
    const cert = path.join(this.path, `${file}.pem`);
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', ...curve, ...files, '-days', '2', ...subject], {
      stdio: 'pipe',
    });
    return { key, cert };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
