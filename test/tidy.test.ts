/** Reads the tree and keeps it in order. What each rule says, and that it can fail, is in support/tidy-rules. */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  deadFiles,
  fileRules,
  folderDoors,
  functionLength,
  leftovers,
  missingDoors,
  topLevel,
  type Finding,
  type LongFunctions,
  type SourceFile,
} from './support/tidy-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** See `LongFunctions`; may only become shorter. */
const longFunctions: LongFunctions = {};

function filesBelow(folder: string, ending: RegExp): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('test/fixtures/'))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const folders = ['main', 'renderer', 'preload', 'test'];
const sources = folders.flatMap((folder) => filesBelow(folder, /\.(ts|svelte)$/));
const topFiles = readdirSync(root, { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isFile() && /\.(ts|js|json|md|yml)$/.test(entry.name) && entry.name !== 'package-lock.json',
  )
  .map((entry) => ({ path: entry.name, text: readFileSync(join(root, entry.name), 'utf8') }));
const pages = filesBelow('renderer', /\.html$/);
const otherTexts = [
  ...[...folders, 'resources', '.ci'].flatMap((folder) =>
    filesBelow(folder, /\.(json|md|html|css|yml|plist|sh)$|^run$/),
  ),
  ...topFiles,
];

/** The first part of every tracked path; of every path that is not ignored where this is no checkout. */
function topLevelEntries(): string[] {
  const ignored = new Set(['.git', 'node_modules', 'out', 'dist', 'test-results', '.DS_Store']);
  if (!existsSync(join(root, '.git'))) return readdirSync(root).filter((name) => !ignored.has(name));
  const tracked = execFileSync('git', ['ls-files', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [
    ...new Set(
      tracked
        .split('\0')
        .filter(Boolean)
        .map((path) => path.split('/')[0] ?? path),
    ),
  ];
}

function expectNone(findings: Finding[]): void {
  const lines = findings.map(
    ({ path, line, rule }) => `${path}${line === undefined ? '' : `:${line}`}: ${rule}`,
  );
  if (lines.length > 0) expect.fail(`${lines.length} found\n${lines.join('\n')}`);
}

test('the tree was read', () => {
  expect(sources.map((file) => file.path)).toEqual(
    expect.arrayContaining(['main/engine/index.ts', 'main/store/open.io.ts', 'test/tidy.test.ts']),
  );
  expect(sources.filter((file) => file.path.startsWith('renderer/')).length).toBeGreaterThan(0);
});

test.each(Object.entries(fileRules))('%s', (_name, rule) => {
  expectNone(sources.flatMap((file) => rule(file)));
});

test('functions stay short', () => {
  expectNone(sources.flatMap((file) => functionLength(file, longFunctions)));
  const known = new Set(sources.map((file) => file.path));
  expectNone(
    Object.keys(longFunctions)
      .filter((key) => !known.has(key.split('#')[0] ?? key))
      .map((key) => ({ path: key, rule: 'is in the list of long functions, and no longer in the tree' })),
  );
});

test('a folder is entered through its index.ts', () => {
  const paths = new Set(sources.map((file) => file.path));
  expectNone([...missingDoors(paths), ...sources.flatMap((file) => folderDoors(file, paths))]);
});

test('no file is dead', () => {
  expectNone(deadFiles({ files: sources, naming: [...topFiles, ...pages] }));
});

test('nothing is left lying about in other texts', () => {
  expectNone(otherTexts.flatMap((file) => leftovers(file)));
});

test('the top level is what it shall be', () => {
  expectNone(topLevel(topLevelEntries()));
});
