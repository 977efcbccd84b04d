/** Serves the built page under its own scheme: an allow-list made at start, and the content policy on every answer. */

import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isOwnPage } from './navigation.ts';

/**
 * Content Security Policy Level 3. Nothing is fetched: the page speaks to the engine through the preload script alone.
 * Inline styles are allowed because bars and maps set their width by attribute.
 */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** URL path → file on disk, for every file of a known type below the folder. Read once: later files are not served. */
export async function listPageFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || types[extname(entry.name)] === undefined) continue;
    const inside = file.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/');
    files.set(inside, file);
  }
  return files;
}

/** The file a request may have, or null. Exact match of the parsed path: no decoding, no climbing, no default file. */
export function pageFileOf(requestUrl: string, files: ReadonlyMap<string, string>): string | null {
  if (!isOwnPage(requestUrl)) return null;
  return files.get(new URL(requestUrl).pathname) ?? null;
}

/** Answers one request of `protocol.handle`; 404 without a body for whatever is not on the list. */
export async function answerPageRequest(
  request: { url: string; method: string },
  files: ReadonlyMap<string, string>,
): Promise<Response> {
  const file = request.method === 'GET' ? pageFileOf(request.url, files) : null;
  const headers = {
    'content-security-policy': contentPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  };
  if (file === null) return new Response(null, { status: 404, headers });
  const body = new Uint8Array(await readFile(file));
  return new Response(body, {
    headers: { ...headers, 'content-type': types[extname(file)] ?? 'text/plain' },
  });
}
