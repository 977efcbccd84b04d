/**
 * Against `git config --list -z -f`: what it lists we list, what it refuses we refuse. Git before 2.45 turns every white
 * space inside a value into a space; there the comparison does, too.
 */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOfText, limits, parseConfigText, type ConfigEntry } from '../../main/git/index.ts';
import { bytesOf, outcomeOf, seededRandom, textOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { runGit } from './real-git.ts';

afterAll(removeTempDirs);

let dir: string;
let keepsWhiteSpace: boolean;

beforeAll(() => {
  dir = makeTempDir('config');
  const [, major = '0', minor = '0'] =
    /(\d+)\.(\d+)/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' })) ?? [];
  keepsWhiteSpace = Number(major) > 2 || Number(minor) >= 45;
});

type Entries = [name: string, value: string | null][];

/** What git lists, bytes as Latin-1; null when it refuses. */
function listedByGit(bytes: Uint8Array): Entries | null {
  const file = join(dir, 'asked');
  writeFileSync(file, bytes);
  const { code, stdout } = runGit(dir, ['config', '--list', '-z', '-f', file]);
  if (code !== 0) return null;
  const records = stdout.toString('latin1').split('\0').slice(0, -1);
  return records.map((record) => {
    const end = record.indexOf('\n');
    return end === -1 ? [record, null] : [record.slice(0, end), record.slice(end + 1)];
  });
}

const asLatin1 = (text: string): string => textOf(bytesOfText(text));
const entriesOf = (entries: readonly ConfigEntry[]): Entries =>
  entries.map(({ name, value }) => [asLatin1(name), value === null ? null : asLatin1(value)]);

const comparable = (entries: Entries | null): Entries | null => {
  if (keepsWhiteSpace || entries === null) return entries;
  return entries.map(([name, value]) => [name, value?.replace(/[\t\r]/g, ' ') ?? null]);
};

function ours(bytes: Uint8Array): Entries | null {
  const outcome = outcomeOf(() => entriesOf(parseConfigText(bytes)));
  if ('value' in outcome) return outcome.value;
  expect(outcome).toMatchObject({ error: 'RemoteProtocolError' });
  return null;
}

function expectAsGit(text: string): Entries | null {
  const bytes = bytesOf(text);
  const entries = ours(bytes);
  expect(comparable(entries), JSON.stringify(text)).toEqual(comparable(listedByGit(bytes)));
  return entries;
}

describe('taken, as git takes it', () => {
  test.each<[story: string, text: string, expected: Entries]>([
    ['nothing', '', []],
    ['only a comment', '# x\n ; y', []],
    [
      'a list',
      '[bundle]\n\tversion = 1\n[bundle "a"]\n\turi = b\n',
      [
        ['bundle.version', '1'],
        ['bundle.a.uri', 'b'],
      ],
    ],
    [
      'section and key have no case, the subsection has',
      '[BuNdLe "A b"] CreationToken=1',
      [['bundle.A b.creationtoken', '1']],
    ],
    ['a section with a dot, the old way, in lower case', '[bundle.A]\nuri=B', [['bundle.a.uri', 'B']]],
    [
      'a key without a value is not an empty one',
      '[a]\nb\nc =\nd',
      [
        ['a.b', null],
        ['a.c', ''],
        ['a.d', null],
      ],
    ],
    ['a key before any section', 'a = b', [['a', 'b']]],
    [
      'repeated keys stay, in order',
      '[a]b=1\nb=2',
      [
        ['a.b', '1'],
        ['a.b', '2'],
      ],
    ],
    [
      'comments end an unquoted value: half of a URL is lost',
      '[a]b=http://h/x#y;z\nc="x#y;z" # w',
      [
        ['a.b', 'http://h/x'],
        ['a.c', 'x#y;z'],
      ],
    ],
    [
      'white space around goes, inside stays',
      '[a]b =  x  y  \nc=" x " ',
      [
        ['a.b', 'x  y'],
        ['a.c', ' x '],
      ],
    ],
    ['quotes may begin anywhere', '[a]b=x" y "z', [['a.b', 'x y z']]],
    ['escapes', '[a]b=\\t\\n\\b\\\\\\"', [['a.b', '\t\n\b\\"']]],
    ['a value goes on behind a backslash', '[a]b=x\\\n  y\\\r\n z', [['a.b', 'x  y z']]],
    ['also at the very end', '[a]b=x\\', [['a.b', 'x']]],
    ['a backslash makes anything itself in a subsection', '[a "x\\y\\"\\]"]b=1', [['a.xy"].b', '1']]],
    ['a subsection may be empty', '[a ""]b=1', [['a..b', '1']]],
    ['so may the section in front of it', '[ "x"]b=1', [['.x.b', '1']]],
    [
      'line ends of Windows',
      '[a]\r\nb = c\r\nd\r\n',
      [
        ['a.b', 'c'],
        ['a.d', null],
      ],
    ],
    ['a byte order mark of Windows', '\xef\xbb\xbf[a]\nb=c', [['a.b', 'c']]],
    ['bytes that are no text', '[a "\xff"]b=\xe9', [['a.\xff.b', '\xe9']]],
    [
      'names that mean something to JavaScript',
      '[constructor "__proto__"]constructor=1',
      [['constructor.__proto__.constructor', '1']],
    ],
    ['an include is an entry like any other', '[include]path=/etc/passwd', [['include.path', '/etc/passwd']]],
    ['spaces in front of the quotes of a subsection', '[a \t\r"b"]c=1', [['a.b.c', '1']]],
  ])('%s', (_story, text, expected) => {
    const entries = expectAsGit(text);
    expect(comparable(entries)).toEqual(comparable(expected));
  });
});

describe('refused, as git refuses it', () => {
  test.each<[story: string, text: string, line: number]>([
    ['a page of a web server', '<!DOCTYPE html>\n<html>', 1],
    ['a key that begins with a digit', '[a]\n1b=c', 2],
    ['a section that does not end', '[a]\n[b\nc=d', 2],
    ['an empty section', '[]\nc=d', 1],
    ['a section with an underscore', '[a_b]', 1],
    ['a subsection without quotes', '[a b]', 1],
    ['text between quote and bracket', '[a "b" ]', 1],
    ['a subsection of two lines', '[a "b\nc"]', 1],
    ['nor with a backslash between them', '[a "b\\\nc"]', 1],
    ['quotes that do not end', '\n\n[a]b="c\n', 3],
    ['an escape that is none', '[a]\n\nb=\\x41', 3],
    ['a value without "="', '[a]b c', 1],
    ['a key with an underscore', '[a]b_c=1', 1],
    ['"=" first', '= x', 1],
    ['half a byte order mark', '\xef\xbb[a]b=1', 1],
    ['a byte order mark of UTF-16', '\xff\xfe[a]b=1', 1],
  ])('%s', (_story, text, line) => {
    expect(expectAsGit(text)).toBeNull();
    expect(() => parseConfigText(bytesOf(text))).toThrow(`Line ${line} `);
  });
});

test.each<[story: string, text: string, git: Entries]>([
  ['a value that NUL cuts', '[a]b=x\0y', [['a.b', 'x']]],
  ['a comment with NUL', '[a]b=x #\0', [['a.b', 'x']]],
])('refused where git accepts: %s', (_story, text, git) => {
  expect(listedByGit(bytesOf(text))).toEqual(git);
  expect(() => parseConfigText(bytesOf(text))).toThrow('holds a NUL');
});

describe('limits', () => {
  const reasonOf = (text: string) => {
    const outcome = outcomeOf(() => parseConfigText(Buffer.from(text, 'latin1')));
    return 'error' in outcome ? outcome.reason : null;
  };

  test('a line of 10 MB', () => {
    expect(reasonOf(`[a]b=${'x'.repeat(limits.configValueBytesMax)}`)).toBeNull();
    for (const start of ['[a]b=', '[a]b="', '[', '[a "', '[a]b'])
      expect(reasonOf(start + 'x'.repeat(10 << 20))).toBe('limit');
  });

  test('a comment may be long', () => {
    expect(reasonOf(`# ${'x'.repeat(1 << 20)}\n[a]b=c`)).toBeNull();
  });

  test('the whole', () => {
    expect(reasonOf(' '.repeat(limits.configBytesMax + 1))).toBe('limit');
    expect(reasonOf(`[a]\n${'b\n'.repeat(limits.configEntriesMax + 1)}`)).toBe('limit');
  }, 60_000);
});

/** A value as git writes it (config.c, write_pair). */
const written = (value: string): string =>
  `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\b', '\\b')}"`;

test('what is written can be read again', () => {
  const text = fc.string({ unit: 'binary' }).map((one) => one.replace(/[\0\r]/g, ''));
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const entry = fc.record({
    section: name,
    subsection: text.map((one) => one.replaceAll('\n', '')),
    key: name,
    value: text,
  });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const lines = entries.map(
        ({ section, subsection, key, value }) =>
          `[${section} "${subsection.replace(/["\\]/g, '\\$&')}"]\n\t${key} = ${written(value)}\n`,
      );
      expect(parseConfigText(new TextEncoder().encode(lines.join('')))).toEqual(
        entries.map(({ section, subsection, key, value }) => ({
          name: `${section}.${subsection}.${key}`,
          value,
        })),
      );
    }),
  );
});

const rounds = Number(process.env['PACKMULE_BENDS'] ?? 200);

test('bent lists', () => {
  const random = seededRandom(43);
  const pick = (max: number) => Math.floor(random() * max);
  const seeds = [
    '[bundle]\n\tversion = 1\n\tmode = all\n[bundle "a-1"]\n\turi = "https://h/x?a=b;c#d" ; e\n',
    '\xef\xbb\xbf[bundle]\r\nheuristic = creationToken\r\n[bundle "\\"b\\\\"]\r\nuri=b\\\r\n c\r\ncreationToken = 1 \r\n',
    '# c\n[bundle.B] uri = x "y z" \\t\nfilter\n[ "s"]k=  v \t w  \\\n',
  ];
  const bits = [
    '\n',
    '\r',
    '\r\n',
    ' ',
    '\t',
    '"',
    '\\',
    '[',
    ']',
    '=',
    '#',
    ';',
    '.',
    '-',
    '_',
    'x',
    '\xe9',
    '\v',
    '[a]',
  ];
  const verdicts = { taken: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    let text = seeds[pick(seeds.length)] ?? '';
    for (let bend = 0; bend <= pick(4); bend++) {
      const at = pick(text.length + 1);
      text = text.slice(0, at) + (random() < 0.7 ? bits[pick(bits.length)] : '') + text.slice(at + pick(3));
    }
    if (expectAsGit(text) === null) verdicts.refused++;
    else verdicts.taken++;
  }
  expect(verdicts.taken).toBeGreaterThan(rounds / 10);
  expect(verdicts.refused).toBeGreaterThan(rounds / 10);
}, 600_000);
