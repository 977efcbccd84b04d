/** Where the window may go (nowhere but its own page) and which links may leave for the system's browser. */

/** Own scheme, because pages from `file:` share one origin with every file (Electron documentation, "Security" §18). */
export const pageScheme = 'app';
export const pageHost = 'packmule';
export const pageUrl = `${pageScheme}://${pageHost}/index.html`;

const externalUrlCharactersMax = 2048;

/**
 * Whether the URL is of our own page. Compared by scheme and host: `URL.origin` is the text "null" for schemes that
 * the URL standard does not list as special.
 */
export function isOwnPage(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === `${pageScheme}:` &&
    url.host === pageHost &&
    url.username === '' &&
    url.password === '' &&
    text.startsWith(`${pageScheme}://${pageHost}/`)
  );
}

/**
 * The URL to hand to the system's browser, in normal form, or null. Only `https` with a public-looking host name and
 * without user name: `shell.openExternal` starts whatever program is registered for any other scheme.
 */
export function externalUrl(text: string): string | null {
  if (text.length > externalUrlCharactersMax || /[\u0000-\u0020\u007f]/.test(text) || !URL.canParse(text))
    return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null;
  if (url.hostname.startsWith('[') || /^[\d.]+$/.test(url.hostname)) return null;
  if (!url.hostname.includes('.') || /\.(?:local|localhost|internal)\.?$/.test(url.hostname)) return null;
  return url.href;
}
