import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Context } from '../../main/cli/context.ts';
import { askQuestion, chosen } from '../../main/cli/question.io.ts';
import type { QuestionView } from '../../main/contract/index.ts';

test.each([
  ['r', 'retry'],
  ['Retry ', 'retry'],
  ['c', 'cancel'],
  ['', null],
  ['x', null],
  ['retryx', null],
])('"%s" chooses %s', (typed, choice) => {
  expect(chosen(['retry', 'cancel'], typed)).toBe(choice);
});

const asked: QuestionView = {
  id: 'q',
  kind: 'authentication',
  failure: { code: 'authentication-required', facts: { host: 'code.example.com', status: 401 } },
  choices: ['answer', 'retry', 'cancel'],
  host: 'code.example.com',
  url: 'https://code.example.com/team/app.git',
};

/** Types line after line, each when the last words before it are there; what the terminal has shown comes back too. */
async function converse(question: QuestionView, lines: readonly [prompt: string, typed: string][]) {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  let shown = '';
  const left = [...lines];
  stderr.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    const next = left[0];
    if (next === undefined || !shown.endsWith(next[0])) return;
    left.shift();
    setImmediate(() => stdin.write(next[1]));
  });
  const context = { stdin, stderr, env: {} } as unknown as Context;
  const stop = new AbortController();
  let interrupted = 0;
  const onInterrupt = (): void => {
    interrupted += 1;
    stop.abort();
  };
  const answer = await askQuestion(context, question, stop.signal, onInterrupt);
  return { answer, shown, interrupted, left };
}

describe('at the terminal', () => {
  // Readline moves the cursor behind its prompt (ECMA-48 CHA).
  const userName = (hint: string) => `User name for https://code.example.com/team/app.git${hint}: `;
  const at = (prompt: string) => `${prompt}\u001b[${prompt.length + 1}G`;
  const otherwise = ' (nothing to choose otherwise)';
  const hidden = 'Password or token (not shown): ';

  test('a name and a password are typed, and only the name is seen', async () => {
    const { answer, shown, left } = await converse(asked, [
      [at(userName(otherwise)), 'ann\r'],
      [hidden, ' s3crét \u007f!\r'],
    ]);
    expect(answer).toEqual({ choice: 'answer', username: 'ann', password: ' s3crét!' });
    expect(left).toEqual([]);
    expect(shown).toContain('ann');
    for (const part of ['s3cr', 'ét', '!']) expect(shown.split(hidden)[1]).not.toContain(part);
  });

  test('the name of the address is taken with Enter', async () => {
    const { answer } = await converse({ ...asked, usernameHint: 'zoë' }, [
      [at(userName(' [zoë]')), '\r'],
      [hidden, 'p\r'],
    ]);
    expect(answer).toEqual({ choice: 'answer', username: 'zoë', password: 'p' });
  });

  test('nothing typed leads to the other choices', async () => {
    const { answer } = await converse(asked, [
      [at(userName(otherwise)), '\r'],
      [at('[r]etry or [c]ancel? '), 'c\r'],
    ]);
    expect(answer).toEqual({ choice: 'cancel' });
  });

  test('Ctrl-C while a password is typed gives up without it', async () => {
    const { answer, interrupted, shown } = await converse(asked, [
      [at(userName(otherwise)), 'ann\r'],
      [hidden, 's3cret\u0003'],
    ]);
    expect([answer, interrupted]).toEqual([null, 1]);
    expect(shown).not.toContain('s3cret');
  });

  test('ssh is answered in its own words', async () => {
    const prompt = "Enter passphrase for key '/home/ann/.ssh/id':\u001b[2J";
    const { answer, shown } = await converse({ ...asked, kind: 'ssh-passphrase', prompt }, [
      ['Answer (nothing to choose otherwise): ', 's3cret\r'],
    ]);
    expect(answer).toEqual({ choice: 'answer', password: 's3cret' });
    expect(shown).toContain("Enter passphrase for key '/home/ann/.ssh/id':");
    expect(shown).not.toContain('\u001b[2J');
    expect(shown).not.toContain('s3cret');
  });

  test('a host key is taken with yes', async () => {
    const prompt = 'ED25519 key fingerprint is SHA256:abc.\nContinue (yes/no)?';
    const { answer, shown } = await converse(
      { ...asked, kind: 'ssh-host-key', prompt, choices: ['yes', 'no'] },
      [[at('[y]es or [n]o? '), 'yes\r']],
    );
    expect(answer).toEqual({ choice: 'yes' });
    expect(shown).toContain('SHA256:abc');
  });
});
