/** Bundles of the real git, the header in every piece; then headers that no git writes, with git's own verdict on them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  beginsLikeBundle,
  BundleHeaderReader,
  bytesOfText,
  concatBytes,
  encodeBundleHeader,
  limits,
  type BundleHeader,
} from '../../main/git/index.ts';
import { bytesOf, feedEveryWay, fedValue, outcomeOf, seededRandom, textOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { oidA, oidB } from './packets.ts';
import { gitOut, makeRepository, runGit } from './real-git.ts';

afterAll(removeTempDirs);

/** The header, where the pack begins, and what of the chunks was left to it. */
function read(chunks: readonly Uint8Array[]) {
  const reader = new BundleHeaderReader();
  const rest: Uint8Array[] = [];
  for (const chunk of chunks) rest.push(chunk.subarray(reader.push(chunk)));
  return { header: reader.finish(), headerBytes: reader.headerBytes, rest: textOf(concatBytes(rest)) };
}

let dir: string;
let repositories: Record<'sha1' | 'sha256', string>;

beforeAll(() => {
  dir = makeTempDir('bundle');
  repositories = { sha1: makeRepository(dir, 'sha1'), sha256: makeRepository(dir, 'sha256') };
});

/** What `git bundle list-heads` prints of a file with these bytes; null when it refuses. */
function listedHeads(bytes: Uint8Array): string | null {
  const file = join(dir, 'asked.bundle');
  writeFileSync(file, bytes);
  const { code, stdout } = runGit(dir, ['bundle', 'list-heads', file]);
  return code === 0 ? stdout.toString('latin1') : null;
}

function makeBundle(format: 'sha1' | 'sha256', options: string[], revisions: string[]): Uint8Array {
  const file = join(dir, 'made.bundle');
  gitOut(repositories[format], ['bundle', 'create', '-q', ...options, file, ...revisions]);
  return new Uint8Array(readFileSync(file));
}

describe('a bundle of the real git', () => {
  test.each<['sha1' | 'sha256', 2 | 3, string[], string[]]>([
    ['sha1', 2, [], ['--all']],
    ['sha1', 2, [], ['HEAD', 'main']],
    ['sha1', 2, [], ['main~3..main', 'side', '^main~9', 'v1']],
    ['sha1', 3, ['--version=3'], ['--all']],
    ['sha1', 3, ['--version=3'], ['--filter=blob:none', '--all']],
    ['sha1', 3, [], ['--filter=blob:limit=1k', 'side~2..side']],
    ['sha256', 3, [], ['--all']],
    ['sha256', 3, [], ['main~1..main']],
  ])('%s, version %d, %j %j', (format, version, options, revisions) => {
    const bytes = makeBundle(format, options, revisions);
    const { header, headerBytes, rest } = fedValue(bytes.subarray(0, 2048), read);
    expect(header).toMatchObject({ version, objectFormat: format, refusedTips: [] });
    expect(header.tips.map(({ oid, name }) => `${oid} ${name}\n`).join('')).toBe(listedHeads(bytes));
    const { stdout, stderr } = runGit(repositories[format], ['bundle', 'verify', join(dir, 'made.bundle')]);
    for (const { oid } of header.prerequisites) expect(stdout.toString()).toContain(oid);
    expect(stdout.includes('records a complete history'), stderr).toBe(header.prerequisites.length === 0);
    // The pack begins right there, and git takes it.
    expect(rest.slice(0, 4)).toBe('PACK');
    if (header.prerequisites.length === 0) {
      const args = ['index-pack', `--object-format=${format}`, join(dir, 'cut.pack')];
      writeFileSync(join(dir, 'cut.pack'), bytes.subarray(headerBytes));
      expect(runGit(dir, args).code).toBe(0);
    }
    // What we write is what git wrote; it writes the number in a filter, whatever a person typed.
    expect(textOf(encodeBundleHeader(header))).toBe(textOf(bytes.subarray(0, headerBytes)));
    const filter = revisions.find((word) => word.startsWith('--filter='))?.slice('--filter='.length) ?? null;
    expect(header.filter).toBe(filter?.replace('1k', '1024') ?? null);
  });
});

const head = '# v2 git bundle\n';
const head3 = '# v3 git bundle\n';
const tip = `${oidA} refs/heads/main\n`;

/** As git, and what git makes of it: heads, or a refusal. */
test.each<[story: string, text: string, expected: object]>([
  ['upper-case digits are digits', `${head}${oidA.toUpperCase()} refs/heads/main\n\n`, { tips: [oidA] }],
  ['any one white space parts id and name', `${head}${oidA}\trefs/heads/main\n\n`, { tips: [oidA] }],
  ['a ref may stand twice; who writes refs decides', `${head}${tip}${tip}\n`, { tips: [oidA, oidA] }],
  ['a CR at a line end, as mail programs add it, is dropped', `${head}${oidA} refs/heads/main\r\n\n`, {}],
  ['but not in the first line', `# v2 git bundle\r\n${tip}\n`, { reason: 'not-git' }],
  ['nor in the empty one', `${head}${tip}\r\n`, { reason: 'object-id' }],
  ['a version that was never public', `# v1 git bundle\n${tip}\n`, { reason: 'bundle' }],
  ['a version that is yet to come', `# v4 git bundle\n${tip}\n`, { reason: 'bundle' }],
  ['a byte order mark makes it something else', `\xef\xbb\xbf${head}${tip}\n`, { reason: 'not-git' }],
  ['so does a space', ` ${head}${tip}\n`, { reason: 'not-git' }],
  ['a list of bundles is none', '[bundle]\nversion = 1\n', { reason: 'not-git' }],
  ['nothing', '', { reason: 'not-git' }],
  ['an id without a ref', `${head}${oidA}\n\n`, { reason: 'bundle' }],
  ['an id that is too short', `${head}${oidA.slice(2)} refs/heads/main\n\n`, { reason: 'object-id' }],
  ['an id of the other hash', `${head}${oidA}${oidA.slice(16)} refs/heads/main\n\n`, { reason: 'bundle' }],
  ['a capability in version 2', `${head}@object-format=sha1\n${tip}\n`, { reason: 'object-id' }],
  ['SHA-256 with ids of SHA-1', `${head3}@object-format=sha256\n${tip}\n`, { reason: 'object-id' }],
  ['a hash nobody has', `${head3}@object-format=md5\n${tip}\n`, { reason: 'object-format' }],
  ['a capability nobody has', `${head3}@thin=1\n${tip}\n`, { reason: 'bundle', message: /"thin"/ }],
  ['a filter without its value is another capability', `${head3}@filter\n${tip}\n`, { reason: 'bundle' }],
  ['a capability behind a ref', `${head3}${tip}@object-format=sha1\n\n`, { tips: [oidA] }],
  ['the last of two formats counts', `${head3}@object-format=sha256\n@object-format=sha1\n${tip}\n`, {}],
  ['no refs at all', `${head}\n`, { tips: [] }],
  ['only prerequisites', `${head}-${oidA}\n-${oidB} why\n\n`, { prerequisites: [oidA, oidB] }],
  ['a prerequisite that is its own tip', `${head}-${oidA} x\n${tip}\n`, { prerequisites: [oidA] }],
  ['two dashes', `${head}--${oidA}\n\n`, { reason: 'object-id' }],
  ['a NUL where a line begins', `${head}\0\n${tip}\n`, { reason: 'object-id' }],
])(
  '%s',
  (
    _story,
    text,
    expected: { reason?: string; message?: RegExp; tips?: string[]; prerequisites?: string[] },
  ) => {
    const bytes = bytesOf(text);
    const outcome = feedEveryWay(new Uint8Array(bytes), read);
    const heads = listedHeads(bytes);
    if ('error' in outcome) {
      expect(outcome.reason).toBe(expected.reason);
      if (expected.message !== undefined) expect(outcome.message).toMatch(expected.message);
      expect(heads, 'git refuses it, too').toBeNull();
      return;
    }
    const { header } = outcome.value;
    expect(expected.reason).toBeUndefined();
    expect(heads).toBe(header.tips.map(({ oid, name }) => `${oid} ${name}\n`).join(''));
    if (expected.tips !== undefined) expect(header.tips.map(({ oid }) => oid)).toEqual(expected.tips);
    if (expected.prerequisites !== undefined)
      expect(header.prerequisites.map(({ oid }) => oid)).toEqual(expected.prerequisites);
  },
);

/** Where git is no model: each with what git does. */
test.each<[story: string, text: string, git: string | null, ours: string]>([
  ['a file that ends in its header: git sees no error, then no pack', `${head}${tip}`, tip, 'truncated'],
  ['a line cut in the middle: git forgets it', `${head}${tip}${oidB} refs/hea`, tip, 'truncated'],
  ['a filter nobody has ends the whole clone of git', `${head3}@filter=soup\n${tip}\n`, null, 'filter soup'],
  ['two filters: git wants both', `${head3}@filter=blob:none\n@filter=tree:0\n${tip}\n`, tip, 'bundle'],
  ['an object format that changes between ids', `${head3}${tip}@object-format=sha256\n\n`, tip, 'bundle'],
])('%s', (_story, text, git, ours) => {
  expect(listedHeads(bytesOf(text))).toBe(git);
  const outcome = feedEveryWay(bytesOf(text), read);
  expect('error' in outcome ? outcome.reason : `filter ${outcome.value.header.filter}`).toBe(ours);
});

/** Names that git would write under refs/bundles/, or try to. They are told apart here, once. */
test.each<[story: string, name: string, shownName: string]>([
  ['climbs out of refs/', 'refs/heads/../../config', 'refs/heads/../../config'],
  ['looks like a lock of git', 'refs/heads/main.lock', 'refs/heads/main.lock'],
  ['holds a space', 'refs/heads/a b', 'refs/heads/a b'],
  ['moves the cursor of a terminal', 'refs/heads/\x1b[2Jx', 'refs/heads/x'],
  ['hides behind a NUL: git reads ref "refs/heads/ba"', 'refs/heads/ba\0se', 'refs/heads/base'],
  ['begins like an option', '-refs/heads/x', '-refs/heads/x'],
  ['is no full name', 'main', 'main'],
  ['is longer than a path', `refs/heads/${'x'.repeat(5000)}`, `refs/heads/${'x'.repeat(188)}…`],
])('a name that %s', (_story, name, shownName) => {
  const { header } = fedValue(bytesOf(`${head}${oidB} ${name}\n${tip}\nPACK`), read);
  expect(header.tips).toEqual([{ oid: oidA, name: 'refs/heads/main' }]);
  expect(header.refusedTips).toEqual([{ oid: oidB, shownName }]);
});

test('the null id names nothing', () => {
  const { header } = read([bytesOf(`${head}${'0'.repeat(40)} refs/heads/main\n\n`)]);
  expect(header).toMatchObject({ tips: [], refusedTips: [{ shownName: 'refs/heads/main' }] });
});

describe('limits', () => {
  const reasonOf = (...texts: string[]) => {
    const outcome = outcomeOf(() => read(texts.map(bytesOf)));
    return 'error' in outcome ? outcome.reason : null;
  };

  test('30 MB without a line end are known for no bundle at once (git reads them byte by byte, for 14 s)', () => {
    const reader = new BundleHeaderReader();
    expect(() => reader.push(bytesOf('x'))).toThrow('no bundle');
    expect(reasonOf(`# v2 git bundle${' '.repeat(1 << 20)}`)).toBe('not-git');
  });

  test('a line', () => {
    const long = (bytes: number) => `${oidA} ${'x'.repeat(bytes - 41)}`;
    expect(reasonOf(head, long(limits.bundleLineBytesMax), '\n\n')).toBeNull();
    expect(reasonOf(head, long(limits.bundleLineBytesMax + 1))).toBe('limit');
  });

  test('but the subject of a prerequisite may be of any length, and is cut', () => {
    const subject = 'y'.repeat(3 * limits.bundleLineBytesMax);
    const { header, rest } = read([head, `-${oidB} ${subject}`, `${subject}\n${tip}\nPACK`].map(bytesOf));
    expect(header.prerequisites[0]?.comment).toMatch(/^y{256,300}$/);
    expect(rest).toBe('PACK');
  });

  test.each([
    ['refs', tip, limits.bundleTipsMax],
    ['prerequisites', `-${oidA}\n`, limits.bundlePrerequisitesMax],
  ])(
    '%s',
    (_what, line, max) => {
      const lines = bytesOf(line.repeat(1000));
      const reader = new BundleHeaderReader();
      reader.push(bytesOf(head));
      for (let count = 0; count < max; count += 1000) reader.push(lines);
      expect(() => reader.push(bytesOf(line))).toThrow('more than 1000000');
    },
    60_000,
  );
});

test('the first bytes tell a bundle from a list, as soon as they can', () => {
  const verdicts = (text: string) =>
    Array.from({ length: text.length + 1 }, (_, length) => beginsLikeBundle(bytesOf(text.slice(0, length))));
  expect(verdicts(head)).toEqual([...Array<null>(head.length).fill(null), true]);
  expect(verdicts('# v10 git bundle\n').at(-1)).toBe(true);
  expect(verdicts('# version = 1\n').indexOf(false)).toBe(4);
  expect(verdicts('[bundle]').indexOf(false)).toBe(1);
});

test.each<[string, Partial<BundleHeader>, string]>([
  ['version 2 with a filter', { filter: 'blob:none' }, 'version 2'],
  ['version 2 with SHA-256', { objectFormat: 'sha256' }, 'version 2'],
  ['no tips', { tips: [] }, 'no use'],
  ['a tip that no git takes', { tips: [{ oid: oidA, name: 'refs/../x' }] }, 'no name of a ref'],
  ['a tip without an id', { tips: [{ oid: 'x', name: 'refs/heads/x' }] }, 'no object id'],
  ['a subject of two lines', { prerequisites: [{ oid: oidA, comment: 'a\nb' }] }, 'cannot stand'],
])('not written: %s', (_what, part, message) => {
  const header = { version: 2, objectFormat: 'sha1', filter: null, prerequisites: [] } as const;
  const whole = { ...header, tips: [{ oid: oidA, name: 'refs/heads/main' }], ...part };
  expect(() => encodeBundleHeader(whole)).toThrow(message);
});

const rounds = Number(process.env['PACKMULE_BENDS'] ?? 120);

test('bent headers: what we take, git takes, with the same heads', () => {
  const random = seededRandom(41);
  const pick = (max: number) => Math.floor(random() * max);
  const seeds = [
    `${head}-${oidB} a subject\n${tip}${oidB} HEAD\n\nPACK`,
    `${head3}@object-format=sha1\n@filter=blob:none\n-${oidB}\n${tip}\nPACK`,
    `${head3}@object-format=sha256\n${oidA}${oidA.slice(16)} refs/tags/v1\n\nPACK`,
  ];
  const bits = [
    '\n',
    '\r',
    ' ',
    '\t',
    '-',
    '@',
    '\0',
    '=',
    oidA,
    oidB,
    tip,
    '\xe9',
    'f',
    'g',
    '@filter=tree:0\n',
  ];
  const verdicts = { both: 0, neither: 0 };
  for (let round = 0; round < rounds; round++) {
    let text = seeds[pick(seeds.length)] ?? '';
    for (let bend = 0; bend <= pick(2); bend++) {
      const at = pick(text.length + 1);
      text = text.slice(0, at) + (random() < 0.7 ? bits[pick(bits.length)] : '') + text.slice(at + pick(3));
    }
    const outcome = outcomeOf(() => read([bytesOf(text)]));
    const heads = listedHeads(bytesOf(text));
    if ('error' in outcome) {
      const known =
        ['truncated', 'limit'].includes(outcome.reason ?? '') ||
        /two filters|changes its/.test(outcome.message);
      if (!known) expect(heads, JSON.stringify(text)).toBeNull();
      verdicts.neither++;
    } else if (heads === null) {
      // Only a filter that git does not know: the choice of bundles leaves it out.
      expect(outcome.value.header.filter, JSON.stringify(text)).not.toBeNull();
    } else {
      const { tips, refusedTips } = outcome.value.header;
      const lines = heads.split('\n').slice(0, -1);
      expect(lines.length, JSON.stringify(text)).toBe(tips.length + refusedTips.length);
      const latin1 = tips.map(({ oid, name }) => `${oid} ${textOf(bytesOfText(name))}`);
      for (const line of latin1) expect(lines).toContain(line);
      verdicts.both++;
    }
  }
  expect(verdicts.both).toBeGreaterThan(rounds / 20);
  expect(verdicts.neither).toBeGreaterThan(rounds / 20);
}, 600_000);
