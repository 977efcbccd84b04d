/** The rules must be able to fail: each is given something bad, and something good that looks like it. */

import { expect, test } from 'vitest';
import {
  deadFiles,
  fileRules,
  folderDoors,
  functionLength,
  missingDoors,
  topLevel,
  topLevelNames,
  type Finding,
} from './tidy-rules.ts';

const broken = (path: string, text: string): string[] =>
  Object.entries(fileRules)
    .filter(([, rule]) => rule({ path, text }).length > 0)
    .map(([name]) => name);

const direction = 'imports go in one direction';
const stage = 'a stage of the engine sees earlier stages only';
const suffix = 'a file that touches the world is named so';
const clock = 'time and chance are handed in';
const left = 'nothing is left lying about';
const markup = 'text from outside is never markup';

test.each<[rule: string | null, path: string, text: string]>([
  [direction, 'main/contract/views.ts', `import { x } from '../engine/index.ts';`],
  [direction, 'main/contract/views.ts', `import type { x } from 'zod';`],
  [direction, 'main/git/oid.ts', `import { inspect } from 'node:util';`],
  [direction, 'main/git/oid.ts', `import { x } from '../paths.ts';`],
  [direction, 'main/git/oid.ts', `import { x } from 'zod';`],
  [null, 'main/git/pack/inflate.ts', `import { Inflate } from 'pako';`],
  [direction, 'main/engine/plan/plan.ts', `import { Inflate } from 'pako';`],
  [null, 'main/engine/plan/plan.ts', `import pkg from '../../../package.json' with { type: 'json' };`],
  [direction, 'main/engine/ports.ts', `import type { x } from '../store/index.ts';`],
  [direction, 'main/engine/jobs/queue.ts', `export { x } from '../../contract/index.ts';`],
  [direction, 'main/engine/jobs/queue.ts', `type X = import('../../platform/index.ts').X;`],
  [direction, 'main/engine/jobs/queue.ts', `const x = await import('electron');`],
  [direction, 'main/store/rows.ts', `import { x } from '../contract/index.ts';`],
  [direction, 'main/platform/disk.ts', `import { x } from '../store/index.ts';`],
  [direction, 'main/api/views.ts', `import { app } from 'electron';`],
  [direction, 'main/api/views.ts', `import { x } from '../store/index.ts';`],
  [direction, 'main/shell/tray.ts', `import { x } from '../engine/index.ts';`],
  [direction, 'preload/index.ts', `import { x } from '../main/api/index.ts';`],
  [
    direction,
    'renderer/App.svelte',
    `<p>x</p>\n<script lang="ts">\nimport { x } from '../main/engine/index.ts';\n</script>`,
  ],
  [direction, 'renderer/state/jobs.svelte.ts', `import { readFile } from 'node:fs/promises';`],
  [direction, 'main/cli/main.io.ts', `import { x } from '../../test/support/x.ts';`],
  [
    null,
    'main/store/open.io.ts',
    `import { x } from '../engine/errors.ts';\nimport D from 'better-sqlite3';`,
  ],
  [null, 'main/platform/disk.ts', `import { open } from 'node:fs/promises';`],
  [null, 'main/cli/main.io.ts', `import { x } from '../store/index.ts';`],
  [null, 'main/git/oid.ts', `// import { x } from '../engine/index.ts';\nconst text = "from '../engine'";`],
  [stage, 'main/engine/remote/offer.ts', `import type { x } from '../plan/index.ts';`],
  [stage, 'main/engine/plan/clone-plan.ts', `import { x } from '../jobs/index.ts';`],
  [stage, 'main/engine/repo/refs.ts', `import { x } from '../index.ts';`],
  [
    null,
    'main/engine/plan/clone-plan.ts',
    `import type { x } from '../remote/index.ts';\nimport { y } from '../errors.ts';`,
  ],
  [null, 'main/engine/jobs/queue.ts', `import { x } from '../repo/index.ts';`],
  ['an index.ts is a list', 'main/git/index.ts', `export * from './oid.ts';\nexport const answer = 42;`],
  [suffix, 'main/engine/objects/pack.ts', `import { spawn } from 'node:child_process';`],
  [suffix, 'main/engine/objects/pack.ts', `import { readFile } from 'fs/promises';`],
  [suffix, 'main/store/open.ts', `import Database, { type Statement } from 'better-sqlite3';`],
  [
    null,
    'main/store/open.ts',
    `import type { Database } from 'better-sqlite3';\nimport { type Statement } from 'better-sqlite3';`,
  ],
  [null, 'main/engine/objects/pack.io.ts', `import { spawn } from 'node:child_process';`],
  [null, 'main/cli.ts', `import { existsSync } from 'node:fs';`],
  [null, 'main/launch-engine.ts', `import { fork } from 'node:child_process';`],
  [clock, 'main/git/oid.ts', 'const now = Date.now();'],
  [clock, 'main/engine/jobs/retry.ts', 'const wait = Math.random() * 5;'],
  [clock, 'main/engine/jobs/retry.ts', 'const now = new Date();'],
  [clock, 'main/engine/jobs/retry.ts', 'setTimeout(() => 1, 5);'],
  [
    null,
    'main/engine/jobs/retry.ts',
    'const then = new Date(5); const at = Date.parse(""); clock.setTimeout();',
  ],
  [null, 'main/platform/clock.ts', 'const now = Date.now();'],
  ['files stay short', 'main/git/oid.ts', 'x();\n'.repeat(401)],
  [null, 'main/git/oid.ts', 'x();\n'.repeat(400)],
  [left, 'main/git/oid.ts', `// ${'TO'}${'DO'}: later`],
  [left, 'test/git/oid.test.ts', `// ${'FIX'}${'ME'}`],
  [left, 'main/git/oid.ts', `// @ts-${'ignore'}`],
  [left, 'main/git/oid.ts', `const place = '/${'work'}/main/x';`],
  [left, 'main/git/oid.ts', `// eslint-${'disable'}-next-line no-console`],
  [null, 'main/git/oid.ts', `// eslint-${'disable'}-next-line no-console -- this is the console`],
  [null, 'main/git/oid.ts', `const url = 'https://example.org/${'work'}/x'; // XXXX`],
  [markup, 'renderer/ui/Text.svelte', `<p>{@${'html'} text}</p>`],
  [markup, 'renderer/ui/text.ts', `node.inner${'HTML'} = text;`],
  ['nothing is cast to any', 'main/git/oid.ts', 'const x = y as any;'],
  [null, 'main/git/oid.ts', '// as any other\nconst x = y as unknown;'],
  ['no test runs alone or never', 'test/git/oid.test.ts', `test.only('x', () => {});`],
  ['no test runs alone or never', 'test/git/oid.test.ts', `describe.concurrent.skip('x', () => {});`],
  [null, 'test/git/oid.test.ts', `test.skipIf(windows)('x', () => {}); stream.skip(4);`],
])('%s: %s', (rule, path, text) => {
  expect(broken(path, text)).toEqual(rule === null ? [] : [rule]);
});

const rulesOf = (findings: Finding[]): string[] => findings.map((finding) => finding.rule);

test('a folder is entered through its door', () => {
  const paths = new Set([
    'main/engine/index.ts',
    'main/engine/remote/index.ts',
    'main/engine/remote/offer.ts',
    'main/engine/errors.ts',
    'main/api/index.ts',
  ]);
  const doors = (path: string, target: string): number =>
    folderDoors({ path, text: `import '${target}';` }, paths).length;
  expect(doors('main/engine/plan/plan.ts', '../remote/offer.ts')).toBe(1);
  expect(doors('main/api/views.ts', '../engine/remote/index.ts')).toBe(1);
  expect(doors('main/engine/plan/plan.ts', '../remote/index.ts')).toBe(0);
  expect(doors('main/engine/remote/open.ts', './offer.ts')).toBe(0);
  expect(doors('main/store/open.ts', '../engine/errors.ts')).toBe(0);
  expect(doors('main/api/views.ts', '../engine/index.ts')).toBe(0);
  expect(doors('main/platform/disk.ts', '../engine/errors.ts')).toBe(0);
  expect(doors('test/engine/x.test.ts', '../../main/engine/remote/offer.ts')).toBe(0);
  expect(doors('main/launch-engine.ts', './api/local-address.ts')).toBe(0);
  expect(doors('main/launch-engine.ts', './api/views.ts')).toBe(1);
  expect(doors('main/start.ts', './api/local-address.ts')).toBe(0);
  expect(doors('main/fork-engine.io.ts', './api/local-address.ts')).toBe(1);
});

test('each area and each stage has a door', () => {
  const paths = [
    'main/git/oid.ts',
    'main/git/pack/scan.ts',
    'main/engine/index.ts',
    'main/engine/plan/plan.ts',
  ];
  const found = missingDoors(new Set([...paths, 'main/shell/tray.ts', 'main/cli.ts', 'renderer/ui/line.ts']));
  expect(found.map((finding) => finding.path)).toEqual(['main/git', 'main/engine/plan']);
});

test('long functions: none new, old ones only shrink', () => {
  const file = (lines: number) => ({
    path: 'main/a.ts',
    text: `function long() {\n${'x();\n'.repeat(lines - 2)}}`,
  });
  expect(functionLength(file(70), {})).toEqual([]);
  expect(rulesOf(functionLength(file(71), {}))).toEqual([
    expect.stringContaining('at most 70 lines, not 71'),
  ]);
  expect(functionLength(file(90), { 'main/a.ts#long': 90 })).toEqual([]);
  expect(functionLength(file(91), { 'main/a.ts#long': 90 })).toHaveLength(1);
  expect(rulesOf(functionLength(file(80), { 'main/a.ts#long': 90 }))[0]).toContain('80 in the list');
  expect(rulesOf(functionLength(file(60), { 'main/a.ts#long': 90 }))[0]).toContain('off the list');
});

test('a file that only its test knows is dead; a worker named by URL is not', () => {
  const dead = deadFiles({
    files: [
      {
        path: 'main/cli.ts',
        text: `import { a } from './a.ts'; new URL(source ? './worker.ts' : './worker.js', import.meta.url);`,
      },
      { path: 'main/a.ts', text: `export const a = 1;` },
      { path: 'main/worker.ts', text: '' },
      { path: 'main/tested.ts', text: '' },
      { path: 'main/ring-1.ts', text: `import './ring-2.ts';` },
      { path: 'main/ring-2.ts', text: `import './ring-1.ts';` },
      { path: 'renderer/main.ts', text: '' },
      { path: 'test/bench/run.ts', text: '' },
      { path: 'test/renderer/screens.ts', text: '' },
      { path: 'test/tested.test.ts', text: `import '../main/tested.ts'; import './support/used.ts';` },
      { path: 'test/support/used.ts', text: '' },
      { path: 'test/support/unused.ts', text: '' },
    ],
    naming: [
      { path: 'renderer/index.html', text: '<script src="./main.ts">' },
      { path: 'package.json', text: '{"bench": "node test/bench/run.ts"}' },
    ],
  });
  expect(dead.map((finding) => finding.path)).toEqual([
    'main/tested.ts',
    'main/ring-1.ts',
    'main/ring-2.ts',
    'test/support/unused.ts',
  ]);
});

test('the top level is exact', () => {
  expect(topLevel(topLevelNames)).toEqual([]);
  expect(topLevel([...topLevelNames, 'src'])).toMatchObject([{ path: 'src' }]);
  expect(topLevel(topLevelNames.slice(1))).toMatchObject([{ path: 'main' }]);
});
