import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerPageRequest, contentPolicy, listPageFiles } from '../../main/shell/page-files.ts';

let folder: string;
let files: Map<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packmule-page-'));
  const page = join(folder, 'renderer');
  await mkdir(join(page, 'assets'), { recursive: true });
  await writeFile(join(page, 'index.html'), '<!doctype html>');
  await writeFile(join(page, 'assets', 'index-a.js'), 'export {}');
  await writeFile(join(page, 'notes.map'), '{}');
  await writeFile(join(folder, 'secret.js'), 'secret');
  await symlink(join(folder, 'secret.js'), join(page, 'link.js'));
  files = await listPageFiles(page);
});
afterAll(() => rm(folder, { recursive: true }));

const get = (url: string, method = 'GET') => answerPageRequest({ url, method }, files);

describe('answerPageRequest', () => {
  it('serves what was built, with its type and the policy', async () => {
    expect([...files.keys()].sort()).toEqual(['/assets/index-a.js', '/index.html']);
    const page = await get('app://packmule/index.html');
    expect(page.status).toBe(200);
    expect(await page.text()).toBe('<!doctype html>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toBe(contentPolicy);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await get('app://packmule/assets/index-a.js?v=1#x')).headers.get('content-type')).toContain(
      'text/javascript',
    );
  });
  it.each([
    'app://packmule/',
    'app://packmule/notes.map',
    'app://packmule/link.js',
    'app://packmule/../secret.js',
    'app://packmule/%2e%2e/secret.js',
    'app://packmule/assets/..%2f..%2fsecret.js',
    'app://packmule//index.html',
    'app://packmule/index.html%00',
    'app://packmule/INDEX.html',
    'app://packmule/__proto__',
    'app://evil/index.html',
    'https://packmule/index.html',
  ])('does not serve %s', async (url) => {
    const answer = await get(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('');
    expect(answer.headers.get('content-security-policy')).toBe(contentPolicy);
  });
  it('answers GET only', async () =>
    expect((await get('app://packmule/index.html', 'POST')).status).toBe(404));
});

describe('contentPolicy', () => {
  it('allows no foreign source and no evaluation', () => {
    expect(contentPolicy).toContain("default-src 'none'");
    expect(contentPolicy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(contentPolicy.match(/'unsafe-inline'/g)).toHaveLength(1);
  });
});
