/** Repositories of every shape a clone may meet, built by scripts with the real git. All bare, all the same every time. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FastImportStream, type FileChange } from './fast-import.ts';
import { git } from './git.ts';
import { noise } from './noise.ts';
import { makeTempDir } from './temp.ts';

export { makeBigRepo } from './big-repo.ts';

type Build = (path: string) => Promise<void>;

interface InitOptions {
  objectFormat?: 'sha1' | 'sha256';
  head?: string;
  /** zlib's level; 0 saves time where the content cannot shrink. */
  compression?: number;
}

/** A new bare repository at `path` with what the stream says, packed. */
async function buildFrom(path: string, stream: FastImportStream, options: InitOptions = {}): Promise<void> {
  const { objectFormat = 'sha1', head = 'main', compression = 1 } = options;
  await git(['init', '-q', '--bare', `--object-format=${objectFormat}`, '-b', head, path]);
  // Clients may ask for single objects and filters; what a test forbids it forbids in the server's configuration.
  await git(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
  if (stream.chunks.length === 0) return;
  const settings = [
    '-c',
    'core.bigFileThreshold=1m',
    '-c',
    'fastimport.unpackLimit=1',
    '-c',
    `core.compression=${compression}`,
  ];
  await git(['-C', path, ...settings, 'fast-import', '--quiet', '--force'], { input: stream.chunks });
  if (compression > 0) await git(['-C', path, 'repack', '-q', '-a', '-d']);
}

/** So many commits one after another on `main`, each touching a few of the files. */
function line(stream: FastImportStream, commits: number): string[] {
  const marks: string[] = [];
  for (let number = 1; number <= commits; number++) {
    const changes: FileChange[] = [
      { path: 'README', content: `A line of history, number ${number}\n` },
      { path: `src/part-${number % 5}.txt`, content: `${'words and more words\n'.repeat(40)}${number}\n` },
    ];
    if (number === 1) changes.push({ path: 'docs/deep/er/still.md', content: '# Still here\n' });
    marks.push(stream.commit({ branch: 'refs/heads/main', message: `Step ${number}\n`, changes }));
  }
  return marks;
}

const builders = {
  /** Twenty commits in a row, a second branch, two annotated tags and a lightweight one. */
  linear: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 20);
    stream.commit({
      branch: 'refs/heads/topic',
      from: marks[11],
      changes: [{ path: 'topic', content: 'topic\n' }],
    });
    stream.tag('v1', marks[4]!);
    stream.tag('v2', marks[19]!);
    stream.reset('refs/tags/light', marks[9]!);
    await buildFrom(path, stream);
  },
  /** Merges: a diamond, a criss-cross, an octopus, and two roots. */
  merges: async (path) => {
    const stream = new FastImportStream();
    const [, second] = line(stream, 4);
    const side = (name: string, from: string, merge?: string[]) =>
      stream.commit({
        branch: `refs/heads/${name}`,
        from,
        merge,
        changes: [{ path: name, content: `${name} ${from}\n` }],
      });
    const a = side('a', second!);
    const b = side('b', second!);
    const c = side('c', second!);
    const a2 = side('a', a, [b]);
    const b2 = side('b', b, [a]);
    const root = stream.commit({
      branch: 'refs/heads/elsewhere',
      changes: [{ path: 'other-root', content: 'other\n' }],
    });
    stream.commit({
      branch: 'refs/heads/main',
      merge: [a2, b2, c],
      changes: [{ path: 'octopus', content: '8\n' }],
    });
    stream.commit({
      branch: 'refs/heads/main',
      merge: [root],
      changes: [{ path: 'joined', content: 'yes\n' }],
    });
    await buildFrom(path, stream);
  },
  /** Tags of commits, tags, blobs and trees; some reach objects no branch does. */
  tags: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 5);
    const blob = stream.blob('only a tag knows me\n');
    const offside = stream.commit({
      branch: 'refs/tags/offside',
      from: marks[2],
      changes: [{ path: 'x', content: 'x\n' }],
    });
    const inner = stream.tag('annotated', marks[3]!);
    const middle = stream.tag('nested', inner);
    stream.tag('nested-twice', middle);
    stream.tag('of-blob', blob);
    stream.tag('of-offside', offside);
    await buildFrom(path, stream);
    const tree = await git(['-C', path, 'rev-parse', 'main^{tree}']);
    await git(['-C', path, 'tag', '-a', '-m', 'a tree', 'of-tree', tree]);
    await git(['-C', path, 'update-ref', 'refs/tags/tree-light', tree]);
    await git(['-C', path, 'update-ref', 'refs/tags/blob-light', 'of-blob^{blob}']);
  },
  /** Nothing at all. */
  empty: async (path) => buildFrom(path, new FastImportStream()),
  /** Branches, but HEAD names one that is not there. */
  unbornHead: async (path) => {
    const stream = new FastImportStream();
    line(stream, 3);
    await buildFrom(path, stream, { head: 'not-there' });
  },
  /** HEAD is a commit no branch ends at. */
  detachedHead: async (path) => {
    const stream = new FastImportStream();
    line(stream, 6);
    await buildFrom(path, stream);
    await git(['-C', path, 'update-ref', '--no-deref', 'HEAD', 'main~2']);
  },
  /** HEAD is a commit that no ref reaches. */
  detachedHeadOffside: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 3);
    stream.commit({
      branch: 'refs/heads/gone',
      from: marks[1],
      changes: [{ path: 'lonely', content: 'lonely\n' }],
    });
    await buildFrom(path, stream);
    await git(['-C', path, 'update-ref', '--no-deref', 'HEAD', 'gone']);
    await git(['-C', path, 'update-ref', '-d', 'refs/heads/gone']);
  },
  /** Five thousand branches and five thousand tags. */
  manyRefs: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 10);
    for (let number = 0; number < 5000; number++) {
      stream.reset(`refs/heads/team-${number % 50}/topic-${number}`, marks[number % 10]!);
      stream.reset(`refs/tags/build-${number}`, marks[number % 10]!);
    }
    await buildFrom(path, stream);
    await git(['-C', path, 'pack-refs', '--all']);
  },
  /** Names that are allowed and that somebody will not have thought of, and a branch that is a symbolic ref. */
  oddRefs: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 4);
    const names = [
      ...[
        'heads/über/ñandú',
        'heads/日本語',
        'heads/🫏',
        "heads/it's",
        'heads/"quoted"',
        'heads/$(id)',
        'heads/a;b|c&d',
      ],
      ...[
        'heads/%41',
        'heads/#1',
        'heads/@x',
        'heads/a@b',
        'heads/x.y',
        'heads/refs/heads/main',
        'heads/tags/v1',
      ],
      ...[
        'heads/FETCH_HEAD',
        'heads/' + 'long-'.repeat(40) + 'end',
        'heads/same',
        'tags/same',
        'tags/heads/main',
      ],
      ...[
        'notes/commits',
        'pull/1/head',
        'pull/1/merge',
        'changes/01/1/1',
        'stash',
        'weird',
        'heads/origin/main',
      ],
    ];
    names.forEach((name, index) => stream.reset(`refs/${name}`, marks[index % 4]!));
    await buildFrom(path, stream);
    await git(['-C', path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main']);
  },
  /** Ref names that are no UTF-8. */
  latinRefs: async (path) => {
    const stream = new FastImportStream();
    line(stream, 2);
    await buildFrom(path, stream);
    const tip = await git(['-C', path, 'rev-parse', 'main']);
    const input = Buffer.from(
      `create refs/heads/caf\xe9 ${tip}\ncreate refs/tags/\xfc\xff ${tip}\n`,
      'latin1',
    );
    await git(['-C', path, 'update-ref', '--stdin'], { input });
  },
  /** HEAD is a branch whose name is no UTF-8. */
  latinHead: async (path) => {
    await builders.latinRefs(path);
    await writeFile(join(path, 'HEAD'), 'ref: refs/heads/caf\xe9\n', 'latin1');
  },
  /** Paths that are no UTF-8. */
  latinPaths: async (path) => {
    const stream = new FastImportStream();
    const changes: FileChange[] = [
      { path: Buffer.from('caf\xe9.txt', 'latin1'), content: 'latin one\n' },
      { path: Buffer.from('dir\xff\xfe/file\x80', 'latin1'), content: 'bytes\n' },
      { path: 'plain', content: 'plain\n' },
    ];
    stream.commit({ branch: 'refs/heads/main', changes });
    await buildFrom(path, stream);
  },
  /** Paths with everything a path may hold. */
  oddPaths: async (path) => {
    const stream = new FastImportStream();
    const names = [
      ...[
        'with space',
        ' leading',
        'trailing ',
        'tab\there',
        'new\nline',
        '"quoted"',
        "it's",
        'back\\slash',
        '-dash',
        '--',
        '-',
      ],
      ...[
        '🫏/🐴.txt',
        'é',
        'e\u0301-decomposed',
        '$HOME',
        '`id`',
        '*',
        '?',
        '[x]',
        ':colon',
        ':(top)',
        '!bang',
        '#hash',
        '~',
        'a//b',
      ],
      ...[
        '.gitignore',
        '.gitattributes',
        '.hidden/.file',
        'deep/'.repeat(30) + 'file',
        'n'.repeat(200),
        '\x01control',
        '%41',
      ],
    ];
    const changes = names
      .filter((name) => !name.includes('//'))
      .map((name) => ({ path: name, content: `${name}\n` }));
    // These two are read by git, so their content must be harmless.
    for (const change of changes) if (change.path.startsWith('.git')) change.content = '# nothing\n';
    stream.commit({ branch: 'refs/heads/main', changes });
    await buildFrom(path, stream);
  },
  sha256: async (path) => {
    const stream = new FastImportStream();
    const marks = line(stream, 8);
    stream.commit({
      branch: 'refs/heads/side',
      from: marks[3],
      changes: [{ path: 'side', content: 'side\n' }],
    });
    stream.tag('v1', marks[5]!);
    await buildFrom(path, stream, { objectFormat: 'sha256' });
  },
  sha256Empty: async (path) => buildFrom(path, new FastImportStream(), { objectFormat: 'sha256' }),
  /** Gitlinks with a .gitmodules file, one of them without an entry in it. */
  submodules: async (path) => {
    const stream = new FastImportStream();
    const id = '1234567890123456789012345678901234567890';
    const gitmodules = '[submodule "lib"]\n\tpath = lib\n\turl = https://example.com/lib.git\n';
    stream.commit({
      branch: 'refs/heads/main',
      changes: [
        { path: '.gitmodules', content: gitmodules },
        { path: 'lib', mode: '160000', content: id },
        { path: 'vendor/other', mode: '160000', content: id },
        { path: 'file', content: 'file\n' },
      ],
    });
    await buildFrom(path, stream);
  },
  /** Symlinks (good, broken, to a directory, out of the tree), executable bits, line ends by attribute. */
  modes: async (path) => {
    const stream = new FastImportStream();
    stream.commit({
      branch: 'refs/heads/main',
      changes: [
        { path: 'bin/run', mode: '100755', content: '#!/bin/sh\nexit 0\n' },
        { path: 'bin/readme', content: 'not executable\n' },
        { path: 'link', mode: '120000', content: 'bin/run' },
        { path: 'broken', mode: '120000', content: 'nowhere/at all' },
        { path: 'directory-link', mode: '120000', content: 'bin' },
        { path: 'outside', mode: '120000', content: '../../outside' },
        { path: 'empty', content: '' },
        { path: '.gitattributes', content: '*.crlf text eol=crlf\n*.ident ident\n' },
        { path: 'windows.crlf', content: 'one\ntwo\n' },
        { path: 'name.ident', content: '$Id$\n' },
      ],
    });
    await buildFrom(path, stream);
  },
  manyFiles: async (path) => {
    const stream = new FastImportStream();
    const changes: FileChange[] = [];
    for (let number = 0; number < 5000; number++) {
      changes.push({
        path: `dir-${number % 70}/sub-${number % 7}/file-${number}.txt`,
        content: `file ${number}\n`,
      });
    }
    stream.commit({ branch: 'refs/heads/main', changes });
    await buildFrom(path, stream);
  },
  /** About 6 MB that do not compress, in 60 commits: long enough to be cut. */
  middling: async (path) => {
    const stream = new FastImportStream();
    for (let number = 1; number <= 60; number++) {
      const content = noise(100_000, number);
      stream.commit({ branch: 'refs/heads/main', changes: [{ path: `data/${number}.bin`, content }] });
    }
    await buildFrom(path, stream);
  },
  /** One file of 200 MB that does not compress. */
  largeFile: async (path) => {
    const stream = new FastImportStream();
    const content = noise(200_000_000, 7);
    stream.commit({
      branch: 'refs/heads/main',
      changes: [
        { path: 'large.bin', content },
        { path: 'README', content: 'large\n' },
      ],
    });
    await buildFrom(path, stream, { compression: 0 });
  },
} satisfies Record<string, Build>;

export type RepoShape = keyof typeof builders;
export const repoShapes = Object.keys(builders) as RepoShape[];

let root: string | null = null;
const built = new Map<RepoShape, Promise<string>>();

/** Where all repositories of this process lie: what a server is given as its root. */
export function reposRoot(): string {
  root ??= makeTempDir('repos');
  return root;
}

/** The path of `<reposRoot>/<shape>.git`; built at the first call. */
export function repo(shape: RepoShape): Promise<string> {
  let promise = built.get(shape);
  if (promise === undefined) {
    const path = join(reposRoot(), `${shape}.git`);
    promise = builders[shape](path).then(() => path);
    built.set(shape, promise);
  }
  return promise;
}
