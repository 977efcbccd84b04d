import { describe, expect, it } from 'vitest';
import { externalUrl, isOwnPage, pageUrl } from '../../main/shell/navigation.ts';

type Row = [url: string, ownPage: boolean, external: boolean];
const table: Row[] = [
  [pageUrl, true, false],
  ['app://packmule/index.html#/jobs', true, false],
  ['app://packmule/assets/index.js', true, false],
  ['app://packmule', false, false],
  ['app://packmule.evil.example/index.html', false, false],
  ['app://evil/index.html', false, false],
  ['app://packmule:80/index.html', false, false],
  ['app://user@packmule/index.html', false, false],
  ['app:packmule/index.html', false, false],
  ['APP://packmule/index.html', false, false],
  ['file:///etc/passwd', false, false],
  ['https://example.com/', false, true],
  ['https://example.com:8443/a?b#c', false, true],
  ['https://packmule/index.html', false, false],
  ['https://localhost/', false, false],
  ['https://printer.local/', false, false],
  ['https://192.168.0.1/', false, false],
  ['https://2130706433/', false, false],
  ['https://[::1]/', false, false],
  ['https://user:secret@example.com/', false, false],
  ['https://example.com/\nx', false, false],
  ['http://example.com/', false, false],
  ['javascript:alert(1)', false, false],
  ['data:text/html,<script>1</script>', false, false],
  ['ms-msdt:/id', false, false],
  ['smb://evil.example/share', false, false],
  ['packmule://clone?url=https://example.com/p.git', false, false],
  ['about:blank', false, false],
  ['', false, false],
  [`https://example.com/${'a'.repeat(3000)}`, false, false],
];

describe('navigation', () => {
  it.each(table)('%s', (url, own, external) => {
    expect(isOwnPage(url)).toBe(own);
    expect(externalUrl(url) !== null).toBe(external);
  });
});
