/** The real git, run to its end at once: the oracle of these tests, and the source of real bytes. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitEnvironment } from '../support/git.ts';

export interface GitRun {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

export function runGit(
  cwd: string,
  args: readonly string[],
  input?: Uint8Array,
  env: Record<string, string> = {},
): GitRun {
  const run = spawnSync('git', args, {
    cwd,
    input: input ?? '',
    env: { ...gitEnvironment, ...env },
    maxBuffer: 1 << 30,
    timeout: 15_000,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr.toString() };
}

/** Standard output of a git that must succeed. */
export function gitOut(
  cwd: string,
  args: readonly string[],
  input?: Uint8Array,
  env: Record<string, string> = {},
): Buffer {
  const { code, stdout, stderr } = runGit(cwd, args, input, env);
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/**
 * What `git ls-remote` makes of a server that says `answer`, closes its side and only listens (the trick of git's own
 * t5704-protocol-violations.sh; without the closing, git would wait for ever behind an answer that was cut): its verdict and the refs it printed.
 */
export function lsRemoteVerdict(
  dir: string,
  answer: Uint8Array,
): { accepted: boolean; refs: string; stderr: string } {
  const file = join(dir, 'canned-answer');
  writeFileSync(file, answer);
  const { code, stdout, stderr } = runGit(dir, [
    '-c',
    'protocol.version=2',
    'ls-remote',
    '--symref',
    `--upload-pack=cat ${file}; exec 1>&-; cat >/dev/null;:`,
    '.',
  ]);
  return { accepted: code === 0, refs: stdout.toString('latin1'), stderr };
}

/** A bare repository with branches, merges, annotated tags and files that change a little: deltas of every kind. */
export function makeRepository(dir: string, objectFormat: 'sha1' | 'sha256' = 'sha1'): string {
  const path = join(dir, `${objectFormat}.git`);
  gitOut(dir, ['init', '-q', '--bare', '-b', 'main', `--object-format=${objectFormat}`, path]);
  const stream: string[] = [];
  const person = 'A U Thor <author@example.com> 1700000000 +0000';
  let lines = Array.from({ length: 300 }, (_, i) => `line ${i} of a file that changes a little`);
  for (let i = 0; i < 30; i++) {
    lines = lines.map((line, at) => (at % 30 === i ? `${line}, changed in ${i}` : line));
    const text = lines.join('\n');
    stream.push(
      `commit refs/heads/main\nmark :${i + 1}\ncommitter ${person}\ndata 9\nchange ${String(i).padStart(2, '0')}\n`,
    );
    stream.push(`M 100644 inline dir/file.txt\ndata ${text.length}\n${text}\n`);
    stream.push(`M 100644 inline dir/small-${i}.txt\ndata 6\nsmall\n\n`);
  }
  stream.push(`tag v1\nfrom refs/heads/main\ntagger ${person}\ndata 3\nv1\n\n`);
  stream.push('reset refs/heads/side\nfrom :27\n\n');
  gitOut(path, ['fast-import', '--quiet'], Buffer.from(stream.join('')));
  gitOut(path, ['config', 'uploadpack.allowFilter', 'true']);
  gitOut(path, ['config', 'uploadpack.allowRefInWant', 'true']);
  return path;
}

/** One exchange of protocol v2 with the real upload-pack. Without a request: its advertisement. */
export function askUploadPack(path: string, request: Uint8Array | null): Uint8Array {
  const args = request === null ? ['--http-backend-info-refs'] : ['--stateless-rpc'];
  return gitOut(path, ['upload-pack', ...args, path], request ?? undefined, { GIT_PROTOCOL: 'version=2' });
}
