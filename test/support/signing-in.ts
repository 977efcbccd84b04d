/** What tests about private repositories share: the user's own helper as a program, and a person who answers. */

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Client, JobDetail, QuestionView } from '../../main/contract/index.ts';
import { waitForJob } from './packmule.ts';
import { makeTempDir } from './temp.ts';

export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Git's own helper that keeps a file in the home directory `person`; answers with the file's path. */
export function useStore(person: string): string {
  writeFileSync(join(person, '.gitconfig'), '[credential]\n\thelper = store\n');
  return join(person, '.git-credentials');
}

/**
 * Puts a helper into the configuration of the home directory `person`: it says each of `passwords` once, in order, then
 * nothing, and keeps a diary of what it was asked to do.
 */
export function useHelper(
  person: string,
  username: string,
  passwords: readonly string[],
): { said: () => string[] } {
  const path = join(makeTempDir('helper'), 'helper');
  passwords.forEach((password, index) =>
    writeFileSync(`${path}.${index}`, `username=${username}\npassword=${password}\n`),
  );
  const next =
    'n=$(cat "$0.count" 2>/dev/null || echo 0); echo $((n + 1)) >"$0.count"; cat "$0.$n" 2>/dev/null';
  const lines = [
    '#!/bin/sh',
    'cat >/dev/null',
    'echo "$1" >>"$0.diary"',
    'sleep 0.1',
    'test "$1" = get || exit 0',
  ];
  writeFileSync(path, [...lines, next, 'exit 0', ''].join('\n'));
  chmodSync(path, 0o700);
  writeFileSync(join(person, '.gitconfig'), `[credential]\n\thelper = ${path}\n`);
  const diary = `${path}.diary`;
  return { said: () => (existsSync(diary) ? readFileSync(diary, 'utf8').trim().split('\n') : []) };
}

export function questionOf({ job }: JobDetail): QuestionView {
  return job.question ?? expect.fail(`it asks nothing: ${JSON.stringify(job.failure)}`);
}

/** Answers what the job asks, and waits until it has ended or asks something else. */
export async function answerQuestion(
  client: Client,
  detail: JobDetail,
  username: string,
  password: string,
): Promise<JobDetail> {
  const { id } = detail.job;
  const asked = questionOf(detail);
  await client.ask('job.answer', { id, questionId: asked.id, choice: 'answer', username, password });
  return waitForJob(
    client,
    id,
    ({ job }) =>
      ['done', 'failed'].includes(job.state) || (job.question !== null && job.question.id !== asked.id),
  );
}
