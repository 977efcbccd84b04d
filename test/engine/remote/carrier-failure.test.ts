import { describe, expect, test } from 'vitest';
import type { EngineErrorCode } from '../../../main/engine/index.ts';
import {
  cutAnswer,
  lastWords,
  localFailure,
  sshFailure,
} from '../../../main/engine/remote/carrier-failure.ts';

const facts = { host: 'git.example.org', url: 'ssh://git.example.org/x.git' };

describe("ssh's own failures", () => {
  test.each<[string, EngineErrorCode]>([
    [
      'No ED25519 host key is known for git.example.org and you have requested strict checking.\nHost key verification failed.\n',
      'host-key-unknown',
    ],
    ['Host key verification failed.\r\n', 'host-key-unknown'],
    [
      '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nIT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\nHost key verification failed.\r\n',
      'host-key-changed',
    ],
    ['git@git.example.org: Permission denied (publickey).\r\n', 'authentication-required'],
    [
      'Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures\nDisconnected from 192.0.2.1 port 22\n',
      'authentication-required',
    ],
    ['ssh: Could not resolve hostname git.example.org: Name or service not known\r\n', 'host-not-found'],
    [
      'ssh: Could not resolve hostname git.example.org: Temporary failure in name resolution\r\n',
      'network-unreachable',
    ],
    ['ssh: connect to host git.example.org port 22: Connection refused\r\n', 'connection-refused'],
    ['ssh: connect to host git.example.org port 22: Connection timed out\r\n', 'connection-timed-out'],
    ['ssh: connect to host git.example.org port 22: Operation timed out\r\n', 'connection-timed-out'],
    ['Connection timed out during banner exchange\r\n', 'connection-timed-out'],
    ['ssh: connect to host git.example.org port 22: No route to host\r\n', 'network-unreachable'],
    ['ssh: connect to host git.example.org port 22: Network is unreachable\r\n', 'network-unreachable'],
    ['kex_exchange_identification: Connection closed by remote host\r\n', 'connection-lost'],
    ['client_loop: send disconnect: Broken pipe\r\n', 'connection-lost'],
    ['/home/ann/.ssh/config: line 3: Bad configuration option: foo\r\n', 'git-failed'],
    ['Unable to negotiate with 192.0.2.1 port 22: no matching host key type found.\r\n', 'remote-refused'],
    ['', 'connection-lost'],
  ])('%j: %s', (stderr, code) => {
    const error = sshFailure({ exitCode: 255, stderr }, facts);
    expect(error.code).toBe(code);
    expect(error.facts).toMatchObject(facts);
  });

  test('the reason is found in front of a long banner', () => {
    const stderr = `ssh: connect to host x port 22: Connection refused\n${'a long banner\n'.repeat(500)}`;
    expect(sshFailure({ exitCode: 255, stderr }, facts).code).toBe('connection-refused');
  });
});

describe('what the other end says', () => {
  test.each<[number, string, EngineErrorCode]>([
    [128, "fatal: '/x.git' does not appear to be a git repository\n", 'repository-not-found'],
    [1, 'ERROR: Repository not found.\n', 'repository-not-found'],
    [
      1,
      "remote: ERROR: The project you were looking for could not be found or you don't have permission to view it.\n",
      'repository-not-found',
    ],
    [1, 'Forgejo: Cannot find repository: ann/x\n', 'repository-not-found'],
    [128, "fatal: detected dubious ownership in repository at '/x.git'\n", 'access-denied'],
    [1, 'repository access denied. access via a deployment key is read-only.\n', 'access-denied'],
    [127, 'bash: line 1: git-upload-pack: command not found\n', 'not-git'],
    [127, 'sh: 1: my-own-ssh: not found\n', 'git-failed'],
    [1, 'This account is closed for maintenance.\n', 'remote-refused'],
  ])('%d %j: %s', (exitCode, stderr, code) => {
    expect(sshFailure({ exitCode, stderr }, facts)).toMatchObject({ code, facts: { detail: stderr.trim() } });
  });

  test('here on this computer', () => {
    const stderr = "fatal: '/x' does not appear to be a git repository\n";
    expect(localFailure({ exitCode: 128, stderr }, facts).code).toBe('repository-not-found');
    expect(localFailure({ exitCode: 129, stderr: 'usage: git\n' }, facts).code).toBe('git-failed');
    expect(localFailure({ exitCode: null, stderr: '' }, facts).facts.detail).toContain('signal');
  });

  test('in the middle of an answer is a cut, whatever it says', () => {
    const stderr = 'Connection to git.example.org closed by remote host.\r\n';
    const error = cutAnswer({ exitCode: 255, stderr }, facts);
    expect(error).toMatchObject({ code: 'connection-lost', facts: { detail: stderr.trim() } });
  });
});

test('the last words are safe to show, and whole lines', () => {
  expect(lastWords('')).toBeUndefined();
  expect(lastWords('\u001b[31mred\u001b[0m\r\n')).toBe('red');
  const words = lastWords(`${'banner line\n'.repeat(1000)}the end\n`) ?? '';
  expect(words.endsWith('the end')).toBe(true);
  expect(words.length).toBeLessThanOrEqual(1000);
  expect(words.split('\n')[0]).toBe('banner line');
});
