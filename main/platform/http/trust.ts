import tls from 'node:tls';

const contexts = new Map<string, tls.SecureContext>();

/**
 * Whom we believe: the certificate authorities Node brings (and NODE_EXTRA_CA_CERTS), those of this computer, which is
 * where companies put their own, and `extra` ones as PEM. Made at the first https connection, for it takes a while.
 */
export function secureContext(extra: readonly string[]): tls.SecureContext {
  const key = extra.join('\n');
  let context = contexts.get(key);
  if (!context) {
    const authorities = new Set([...tls.getCACertificates('default'), ...systemAuthorities(), ...extra]);
    context = tls.createSecureContext({ ca: [...authorities], minVersion: 'TLSv1.2' });
    contexts.set(key, context);
  }
  return context;
}

function systemAuthorities(): string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    // A store that cannot be read leaves us with those of Node.
    return [];
  }
}
