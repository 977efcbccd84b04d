import { beforeEach, expect, test } from 'vitest';
import { sshPrompt, SshQuestions } from '../../../main/engine/jobs/ssh-questions.ts';

const hostKey = [
  "The authenticity of host 'code.example.com (192.0.2.7)' can't be established.",
  'ED25519 key fingerprint is SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU.',
  'This key is not known by any other names.',
  'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
].join('\n');
const passphrase = "Enter passphrase for key '/home/ann/.ssh/id_ed25519': ";

let tokens: number;
let questions: SshQuestions;

beforeEach(() => {
  tokens = 0;
  questions = new SshQuestions(() => `token${++tokens}`);
});

test.each([
  [hostKey, 'ssh-host-key'],
  ['Are you sure you want to continue connecting (yes/no)? ', 'ssh-host-key'],
  [passphrase, 'ssh-passphrase'],
  ["git@code.example.com's password: ", 'ssh-passphrase'],
  ['(yes/no)? but really a banner\nPassword: ', 'ssh-passphrase'],
])('%j is of the kind %s', (prompt, kind) => {
  expect(sshPrompt(prompt).kind).toBe(kind);
});

test('words are made safe and short', () => {
  const { prompt } = sshPrompt(`\u001b[2J\u202eEnter\u0007 ${'x'.repeat(5_000)}`);
  expect(prompt).toMatch(/^Enter x+…$/);
  expect(prompt.length).toBeLessThanOrEqual(1_000);
});

test('a question without an answer is refused and noted; with one it is answered in the next run', () => {
  const token = questions.begin('job');
  expect(questions.ask(token, passphrase, 1)).toBeNull();
  expect(questions.ask(token, "git@code.example.com's password: ", 1)).toBeNull();
  expect(questions.pending('job')).toEqual({ kind: 'ssh-passphrase', prompt: passphrase.trim() });
  questions.answer('job', passphrase.trim(), 's3cret');
  expect(questions.begin('job')).toBe(token);
  expect(questions.pending('job')).toBeNull();
  expect(questions.ask(token, passphrase, 2)).toBe('s3cret');
  // A second connection of the same run is another ssh.
  expect(questions.ask(token, passphrase, 3)).toBe('s3cret');
  expect(questions.pending('job')).toBeNull();
});

test('an ssh that asks again had a wrong answer', () => {
  const token = questions.begin('job');
  questions.answer('job', passphrase.trim(), 'wrong');
  expect(questions.ask(token, passphrase, 1)).toBe('wrong');
  expect(questions.ask(token, passphrase, 1)).toBeNull();
  expect(questions.pending('job')?.kind).toBe('ssh-passphrase');
  expect(questions.ask(token, passphrase, 2)).toBeNull();
});

test('a yes is for one fingerprint, and a no for once', () => {
  const token = questions.begin('job');
  questions.answer('job', hostKey.trim(), 'yes');
  expect(questions.ask(token, hostKey, 1)).toBe('yes');
  expect(questions.ask(token, hostKey.replace('DiY3', 'EVIL'), 2)).toBeNull();
  questions.answer('job', hostKey.trim(), 'no');
  expect(questions.ask(token, hostKey, 3)).toBe('no');
  expect(questions.ask(token, hostKey, 4)).toBeNull();
});

test('a job’s token speaks for that job only, and for none when it is gone', () => {
  const [one, two] = [questions.begin('one'), questions.begin('two')];
  questions.answer('one', passphrase.trim(), 's3cret');
  expect(questions.ask(two, passphrase, 1)).toBeNull();
  expect(questions.ask('', passphrase, 1)).toBeNull();
  expect(questions.pending('one')).toBeNull();
  questions.forget('one');
  expect(questions.ask(one, passphrase, 1)).toBeNull();
});
