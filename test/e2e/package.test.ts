/**
 * Packs the built application with a stand-in for Electron's files, which cannot be fetched everywhere, and looks into
 * the archive: what is in it, what is not, and whether it starts.
 */

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBuiltEntry } from '../support/built-entry.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const tool = (name: string): string => join(root, 'node_modules', '.bin', name);

/** Where the switches of Electron's binary stand: a mark, a version, their number, and one character each. */
const fuseMark = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuses = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const;

let folder: string;
let packed: string;
let files: string[];

async function standIn(): Promise<string> {
  const dist = join(folder, 'electron');
  await mkdir(join(dist, 'locales'), { recursive: true });
  await mkdir(join(dist, 'resources'));
  const wire = Buffer.concat([
    Buffer.from(`#!/bin/sh\nexit 1\n${fuseMark}`),
    Buffer.from([1, fuses.length]),
    Buffer.from('1'.repeat(fuses.length)),
  ]);
  await writeFile(join(dist, 'electron'), wire);
  await chmod(join(dist, 'electron'), 0o755);
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'version',
    'locales/en-US.pak',
    'chrome-sandbox',
  ]) {
    await writeFile(join(dist, name), '');
  }
  return dist;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packmule-package-'));
  const output = join(folder, 'dist');
  await run(
    process.execPath,
    [
      join(root, 'node_modules', 'electron-builder', 'cli.js'),
      '--linux',
      '--dir',
      '--publish',
      'never',
      `-c.electronDist=${await standIn()}`,
      `-c.directories.output=${output}`,
    ],
    { cwd: root, timeout: 100_000, maxBuffer: 16 * 1024 * 1024 },
  );
  packed = join(
    output,
    (await readdir(output)).find((name) => name.endsWith('-unpacked')) ?? 'linux-unpacked',
  );
  const { stdout } = await run(tool('asar'), ['list', join(packed, 'resources', 'app.asar')], {
    maxBuffer: 16 * 1024 * 1024,
  });
  files = stdout
    .trim()
    .split('\n')
    .map((name) => name.replaceAll('\\', '/'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the archive', () => {
  it('holds the application', () => {
    for (const name of [
      '/package.json',
      '/out/main/electron.js',
      '/out/main/engine-process.js',
      '/out/preload/index.cjs',
      '/out/renderer/index.html',
      '/resources/icons/256x256.png',
      '/resources/tray/idle-on-dark.png',
      '/resources/tray/idle-on-dark@2x.png',
      '/resources/tray/idleTemplate@2x.png',
      '/node_modules/better-sqlite3/package.json',
    ]) {
      expect(files).toContain(name);
    }
  });

  it('holds nothing else: no sources, tests, drawings or development packages', () => {
    const tops = new Set(files.map((name) => name.split('/')[1]));
    expect([...tops].sort()).toEqual(['node_modules', 'out', 'package.json', 'resources']);
    const packages = new Set(files.flatMap((name) => /^\/node_modules\/([^/]+)/.exec(name)?.[1] ?? []));
    expect([...packages].sort()).toEqual(['better-sqlite3']);
    expect(
      files.filter(
        (name) => /\.(?:ts|svg|map|c|h|gyp|mjs)$/.test(name) && !name.startsWith('/out/renderer/'),
      ),
    ).toEqual([]);
    expect(files.length).toBeLessThan(200);
  });

  it('holds the database binding of one platform, outside the archive', async () => {
    const bindings = files.filter((name) => name.endsWith('.node'));
    expect(bindings).toEqual([
      `/node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
    ]);
    const beside = join(packed, 'resources', 'app.asar.unpacked', bindings[0] ?? '');
    expect((await stat(beside)).size).toBeGreaterThan(100_000);
  });

  it('starts when taken out again', async () => {
    const out = join(folder, 'extracted');
    await run(tool('asar'), ['extract', join(packed, 'resources', 'app.asar'), out]);
    await cp(join(packed, 'resources', 'app.asar.unpacked'), out, { recursive: true });
    const seen = await runBuiltEntry(out, join(folder, 'home'));
    expect(seen.about).toMatchObject({ type: 'reply' });
    expect(seen.html.status).toBe(200);
  });
});

describe('the switches of the binary', () => {
  it('are set as configured', async () => {
    const name = (await readdir(packed)).find((file) => file === 'packmule' || file === 'Packmule') ?? '';
    const binary = await readFile(join(packed, name));
    const at = binary.indexOf(fuseMark) + fuseMark.length + 2;
    const set = Object.fromEntries(
      fuses.map((fuse, i) => [fuse, String.fromCharCode(binary[at + i] ?? 0) === '1']),
    );
    expect(set).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });
});
