import { describe, expect, it } from 'vitest';
import { failureCodes, failureWords } from '../../main/contract/index.ts';
import type { FailureCode, FailureFacts } from '../../main/contract/index.ts';

const everyFact: FailureFacts = {
  host: 'git.example.org',
  url: 'https://git.example.org/team/project.git',
  path: '/home/ann/project',
  status: 503,
  branch: 'topic',
  option: '--filter',
  jobId: 'abcd',
  retryAfterMs: 120_000,
  bytesNeeded: 5_000_000,
  oid: 'ab'.repeat(20),
  bytesSeen: 5_000_000,
  objects: 3,
  detail: 'The remote hung up.\nTwice.',
};

const factLists: [string, FailureFacts][] = [
  ['no facts', {}],
  ['every fact', everyFact],
  ['empty facts', { host: '', url: '', path: '', branch: '', option: '', detail: '' }],
  ...Object.entries(everyFact).map(([name, value]): [string, FailureFacts] => [
    `only ${name}`,
    { [name]: value },
  ]),
];

describe.each(failureCodes)('the words for %s', (code) => {
  it.each(factLists)('are whole sentences with %s', (_name, facts) => {
    const words = failureWords({ code, facts });
    for (const sentence of [words.what, words.kept, words.todo]) {
      expect(sentence).toMatch(/^[A-Z“g]/);
      expect(sentence).toMatch(/[^.\s]\.$/);
      expect(sentence).not.toMatch(/undefined|null|NaN|\[object|\n| {2}|“”|\(\)| [.,]/);
    }
    expect(words.title).toMatch(/^[A-Z].*[^.]$/);
    expect(words.title.length).toBeLessThan(40);
  });

  it('do not show the code', () => {
    if (!code.includes('-')) return;
    expect(Object.values(failureWords({ code, facts: everyFact })).join(' ')).not.toContain(code);
  });
});

it('are different for every code', () => {
  const titles = failureCodes.map((code) => failureWords({ code, facts: {} }).title);
  expect(new Set(titles).size).toBe(failureCodes.length);
});

describe('facts', () => {
  const saying: [FailureCode, keyof ReturnType<typeof failureWords>, FailureFacts, string][] = [
    ['host-not-found', 'what', { host: 'git.exmaple.org' }, '“git.exmaple.org”'],
    ['target-exists', 'what', { path: '/home/ann/project' }, '“/home/ann/project”'],
    ['server-error', 'what', { status: 503 }, '(HTTP status 503)'],
    ['branch-not-found', 'what', { branch: 'topic' }, 'The branch or tag “topic” does not exist'],
    [
      'disk-full',
      'what',
      { bytesNeeded: 5 * 1024 ** 3, path: '/mnt' },
      'at “/mnt”; about 5.0 GiB more are needed.',
    ],
    ['disk-full', 'what', { bytesNeeded: 1 }, 'about 1 byte more'],
    [
      'object-too-large',
      'what',
      { path: 'a.bin', bytesSeen: 5_242_880 },
      '“a.bin” (more than 5.0 MiB) in one',
    ],
    ['object-too-large', 'what', { path: 'a.bin', objects: 2 }, '“a.bin” and 1 more object in one piece.'],
    ['remote-refused', 'what', { detail: 'access denied.\n' }, 'and said: “access denied”.'],
    ['option-conflict', 'what', { option: '--bare', detail: '--bare and --origin' }, '“--bare”'],
    ['too-many-requests', 'todo', { retryAfterMs: 400 }, 'in 1 second.'],
    ['too-many-requests', 'todo', { retryAfterMs: 89_001 }, 'in 2 minutes.'],
    ['too-many-requests', 'todo', { retryAfterMs: 7_200_000 }, 'in 2 hours.'],
    ['too-many-requests', 'todo', {}, 'after a while.'],
  ];
  it.each(saying)('of %s are in %s: %o', (code, part, facts, text) => {
    expect(failureWords({ code, facts })[part]).toContain(text);
  });

  it('that are long are cut', () => {
    expect(
      failureWords({ code: 'git-failed', facts: { detail: 'x'.repeat(10_000) } }).what.length,
    ).toBeLessThan(400);
  });
});

it('offers the way out that fits', () => {
  const actionOf = (code: FailureCode) => failureWords({ code, facts: {} }).action;
  expect(actionOf('url-malformed')).toBe('edit-url');
  expect(actionOf('target-exists')).toBe('choose-folder');
  expect(actionOf('authentication-required')).toBe('sign-in');
  expect(actionOf('disk-full')).toBe('free-space');
  expect(actionOf('git-missing')).toBe('install-git');
  expect(actionOf('connection-lost')).toBe('retry');
});

it('is silent about what the person did, and mild about what goes on by itself', () => {
  expect(failureWords({ code: 'cancelled', facts: {} }).severity).toBe('silent');
  expect(failureWords({ code: 'connection-lost', facts: {} }).severity).toBe('warning');
  expect(failureWords({ code: 'pack-corrupt', facts: {} }).severity).toBe('error');
});

it('has words for a code that only a newer version knows', () => {
  expect(failureWords({ code: 'toString' as FailureCode, facts: {} }).title).toBe('Fault in Packmule');
});

it('says that the download is kept only where something was downloaded', () => {
  const failure = { code: 'connection-refused', facts: { host: 'example.com' } } as const;
  expect(failureWords(failure).kept).toBe('Everything that was already downloaded is kept.');
  expect(failureWords(failure, false).kept).toBe('');
  // What is kept for other reasons is said in any case.
  expect(failureWords({ code: 'target-exists', facts: {} }, false).kept).not.toBe('');
});

it('names a repository by the address a person knows', () => {
  const url = 'https://example.com/team/project.git/info/refs?service=git-upload-pack';
  const { what } = failureWords({ code: 'repository-not-found', facts: { host: 'example.com', url } });
  expect(what).toContain('“https://example.com/team/project.git”');
});
