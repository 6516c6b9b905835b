import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from './archive-make.ts';

/** A CA of a test, and what it signed. */
export interface TestAuthority {
  readonly ca: string;
  /** The `tls` section of a registry; with `clients` it wants a client certificate. */
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
}

/** Makes a CA, a certificate for 127.0.0.1 and localhost, and one of a client. */
export function makeAuthority(): TestAuthority {
  const folder = scratchFolder();
  const path = (name: string) => join(folder, name);
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = ['-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2'];
  run('req', '-x509', ...curve, ...authority, '-subj', '/CN=CA of a test');
  const sign = (name: string, extension: string) => {
    run('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(path(`${name}.ext`), extension);
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    run(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...signer,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
    return { certificate: path(`${name}.crt`), key: path(`${name}.key`) };
  };
  return {
    ca: path('ca.crt'),
    server: sign('server', 'subjectAltName = IP:127.0.0.1, DNS:localhost, DNS:registry.test'),
    client: sign('client', 'extendedKeyUsage = clientAuth'),
  };
}
