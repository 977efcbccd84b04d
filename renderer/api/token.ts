/** The key to the engine in browser mode: handed over in the address fragment, which browsers never send anywhere. */

const key = 'packmule.token';

/**
 * The token from `#token=…`, else the one this tab was given earlier. The fragment is taken out of the address bar, so
 * that it does not end up in a bookmark or a screenshot; a reload finds the token in the tab's session storage.
 */
export function takeToken(page: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const given = new URLSearchParams(page.location.hash.slice(1)).get('token');
  if (given === null) return page.sessionStorage.getItem(key);
  page.sessionStorage.setItem(key, given);
  page.history.replaceState(null, '', page.location.pathname + page.location.search);
  return given;
}
