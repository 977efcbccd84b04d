import { expect, test } from 'vitest';
import { parseCommandLine } from '../../main/cli/command-line.ts';

const parse = (line: string): ReturnType<typeof parseCommandLine> =>
  parseCommandLine(line === '' ? [] : line.split(' '), '1.2.3');

const cloneOf = (rest: object): object => ({
  name: 'clone',
  url: 'https://h/r.git',
  directory: null,
  options: {},
  quiet: false,
  verbose: false,
  json: false,
  ...rest,
});

const fetchOf = (rest: object): object => ({
  name: 'fetch',
  directory: null,
  options: {},
  quiet: false,
  verbose: false,
  json: false,
  ...rest,
});

test.each([
  ['clone https://h/r.git', cloneOf({})],
  ['clone https://h/r.git there', cloneOf({ directory: 'there' })],
  ['clone --bare -q https://h/r.git', cloneOf({ options: { bare: true }, quiet: true })],
  ['clone --mirror https://h/r.git -v', cloneOf({ options: { mirror: true }, verbose: true })],
  ['clone -b next --depth=3 https://h/r.git', cloneOf({ options: { branch: 'next', depth: 3 } })],
  ['clone --single-branch https://h/r.git', cloneOf({ options: { singleBranch: true } })],
  ['clone --no-single-branch https://h/r.git', cloneOf({ options: { singleBranch: false } })],
  [
    'clone --no-tags -n -o up https://h/r.git',
    cloneOf({ options: { noTags: true, noCheckout: true, origin: 'up' } }),
  ],
  [
    'clone --filter=blob:none --json https://h/r.git',
    cloneOf({ options: { filter: 'blob:none' }, json: true }),
  ],
  [
    'clone -c core.autocrlf=false --config http.https://h/.proxy= https://h/r.git',
    cloneOf({ options: { config: ['core.autocrlf=false', 'http.https://h/.proxy='] } }),
  ],
  [
    'clone --bundle-uri=https://h/list?a=b https://h/r.git',
    cloneOf({ options: { bundleUri: 'https://h/list?a=b' } }),
  ],
  // What looks like an option is an address behind "--"; the engine then refuses it.
  ['clone -- --upload-pack=x', cloneOf({ url: '--upload-pack=x' })],
  ['clone -- --recurse-submodules', cloneOf({ url: '--recurse-submodules' })],
  ['fetch', fetchOf({})],
  ['fetch there --prune -t', fetchOf({ directory: 'there', options: { prune: true, tags: 'all' } })],
  [
    'fetch --no-prune --no-tags --remote up',
    fetchOf({ options: { prune: false, tags: 'none', remote: 'up' } }),
  ],
  ['fetch -q --json', fetchOf({ quiet: true, json: true })],
  ['adopt there -q', { name: 'adopt', directory: 'there', quiet: true, verbose: false, json: false }],
  ['list', { name: 'list', json: false }],
  ['list --json', { name: 'list', json: true }],
  ['status', { name: 'status', job: null, json: false }],
  ['status abc', { name: 'status', job: 'abc', json: false }],
  ['pause a b', { name: 'pause', jobs: ['a', 'b'] }],
  ['resume --all', { name: 'resume', all: true }],
  ['cancel --keep-partial a', { name: 'cancel', jobs: ['a'], keepPartial: true }],
  ['remove a', { name: 'remove', jobs: ['a'] }],
  ['probe https://h/r', { name: 'probe', url: 'https://h/r', json: false }],
  ['serve', { name: 'serve', port: null, open: true }],
  ['serve --port 0 --no-open', { name: 'serve', port: 0, open: false }],
])('%s', (line, command) => {
  expect(parse(line)).toEqual({ kind: 'command', home: null, command });
});

test('--home may stand before the command or behind it', () => {
  expect(parse('--home /h list')).toMatchObject({ kind: 'command', home: '/h' });
  expect(parse('list --home /h')).toMatchObject({ kind: 'command', home: '/h' });
});

test.each([
  ['clone --bundle-uri=/srv/all.bundle https://h/r.git', /files are not supported yet/],
  ['clone', /missing required argument 'url'.*"packmule clone --help"/],
  ['clone a b c', /too many arguments/],
  ['clone --depth 0 u', /positive whole number/],
  ['clone --depth -1 u', /positive whole number/],
  ['clone --depth 1e3 u', /positive whole number/],
  ['clone --depth 99999999999 u', /positive whole number/],
  ['clone --branch= u', /must not be empty/],
  ['clone -c nosection u', /core\.autocrlf=false/],
  ['clone -c core.=1 u', /core\.autocrlf=false/],
  ['clone --upload-pack=x u', /unknown option/],
  ['clone --recurse-submodules u', /--recurse-submodules is not supported yet.*git submodule update/],
  ['clone --recurse-submodules=lib u', /--recurse-submodules is not supported yet/],
  ['clone --recursive u', /--recursive is not supported yet/],
  ['frobnicate', /unknown command 'frobnicate'/],
  ['clon u', /Did you mean clone\?/],
  ['pause', /Name a job, or say --all/],
  ['pause --all a', /not both/],
  ['list extra', /too many arguments/],
  ['probe', /missing required argument/],
  ['serve --port 65536', /0 to 65535/],
  ['serve --port x', /0 to 65535/],
  ['--home= list', /--home needs/],
  ['--nope', /unknown option '--nope'/],
])('"%s" is refused in one sentence', (line, pattern) => {
  const parsed = parse(line);
  expect(parsed.kind).toBe('usage');
  const { text } = parsed as { text: string };
  expect(text).toMatch(pattern);
  expect(text).toMatch(/^packmule: [^\n]+\n$/);
});

test('no command at all shows the help page as a mistake', () => {
  expect(parse('')).toMatchObject({ kind: 'usage', text: expect.stringMatching(/^Usage: packmule/) });
});

test.each(['', 'clone', 'list', 'status', 'pause', 'resume', 'cancel', 'remove', 'probe', 'serve'])(
  'the help page of "%s" has examples',
  (name) => {
    const parsed = parse(`${name} --help`.trim());
    expect(parsed).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(/^Usage: packmule[\s\S]*Examples:\n {2}\$ packmule /),
    });
  },
);

test('the version', () => {
  expect(parse('--version')).toEqual({ kind: 'text', text: '1.2.3\n' });
});

test('a usage error of a JSON reader is marked as such', () => {
  expect(parse('clone --json')).toMatchObject({ kind: 'usage', json: true });
});
