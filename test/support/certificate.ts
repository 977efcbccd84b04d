/** A certificate nobody has reason to trust, for TLS tests. Needs the `openssl` command. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir } from './temp.ts';

export interface Certificate {
  key: string;
  cert: string;
  /** Where the certificate is, for `NODE_EXTRA_CA_CERTS`. */
  certPath: string;
}

let made: Certificate | null = null;

/** Self-signed, for 127.0.0.1 and localhost; the same one for the whole process. */
export function selfSignedCertificate(): Certificate {
  if (made !== null) return made;
  const dir = makeTempDir('certificate');
  const key = join(dir, 'key.pem');
  const certPath = join(dir, 'cert.pem');
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', key, '-out', certPath],
    ],
    { stdio: 'pipe' },
  );
  made = { key: readFileSync(key, 'utf8'), cert: readFileSync(certPath, 'utf8'), certPath };
  return made;
}
