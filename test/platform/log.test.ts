import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { EngineError } from '../../main/engine/errors.ts';
import { createLog } from '../../main/platform/log.ts';
import { redactText, redactValue } from '../../main/platform/log-redaction.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let directory: string;
beforeEach(() => {
  directory = makeTempDir('log');
});
afterAll(removeTempDirs);

const lines = (name = 'packmule.log') =>
  readFileSync(path.join(directory, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a line holds the moment, the level, the event and the facts', () => {
  const log = createLog({ directory, level: 'info', nowMs: () => 0 });
  log.info('job.started', { id: 'a', bytes: 12n });
  log.debug('too.fine');
  log.error('job.failed', { error: new EngineError('disk-full', { path: '/x' }) });
  log.close();
  log.info('after.close');
  const [first, second, ...more] = lines();
  expect(first).toEqual({
    at: '1970-01-01T00:00:00.000Z',
    level: 'info',
    event: 'job.started',
    id: 'a',
    bytes: '12',
  });
  expect(second).toMatchObject({
    level: 'error',
    error: { name: 'EngineError', code: 'disk-full', facts: { path: '/x' } },
  });
  expect(more).toEqual([]);
});

test('three files at most, the newest without a number', () => {
  const log = createLog({ directory, level: 'info', bytesMax: 1000 });
  for (let n = 0; n < 100; n++) log.info('line', { n });
  log.close();
  expect(readdirSync(directory).sort()).toEqual(['packmule.1.log', 'packmule.2.log', 'packmule.log']);
  const kept = ['packmule.2.log', 'packmule.1.log', 'packmule.log'].flatMap((name) =>
    lines(name).map((line) => line['n']),
  );
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index));
  for (const name of readdirSync(directory))
    expect(readFileSync(path.join(directory, name)).length).toBeLessThanOrEqual(1000);
});

test('goes on behind an older log, and never throws', () => {
  for (const n of [1, 2]) {
    const log = createLog({ directory, level: 'info' });
    log.info('start', { n });
    log.close();
  }
  expect(lines().map((line) => line['n'])).toEqual([1, 2]);
  writeFileSync(path.join(directory, 'file'), '');
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  createLog({ directory: path.join(directory, 'file'), level: 'info' }).info('nowhere', circle);
});

test('secrets are taken out of texts', () => {
  const samples: [string, string][] = [
    ['https://anna:hunter2@host.example/a.git', 'https://host.example/a.git'],
    ['clone of ssh://git:p@ss@host/x failed', 'clone of ssh://host/x failed'],
    ['https://ghp_hunter2@host/a', 'https://host/a'],
    ['GET https://h/a?token=hunter2&b=c done', 'GET https://h/a?[removed] done'],
    ['https://h/a/info/refs?service=git-upload-pack', 'https://h/a/info/refs?service=git-upload-pack'],
    ['https://h/a?service=git-upload-pack&key=hunter2', 'https://h/a?[removed]'],
    ['http://127.0.0.1:1/#token=hunter2', 'http://127.0.0.1:1/#[removed]'],
    ['Authorization: Basic aHVudGVyMg==\nAccept: x', 'Authorization: [removed]\nAccept: x'],
    ['set-cookie: sid=hunter2', 'set-cookie: [removed]'],
    ['sent Bearer hunter2hunter2', 'sent Bearer [removed]'],
    ['mail anna@host.example, nothing else', 'mail anna@host.example, nothing else'],
  ];
  for (const [text, expected] of samples) expect(redactText(text)).toBe(expected);
});

test('secrets are taken out of values by their names, and in whatever holds them', () => {
  const cause = new Error('https://a:hunter2@h/');
  const said = JSON.stringify(
    redactValue({
      headers: { Authorization: 'hunter2', 'Set-Cookie': ['hunter2'], accept: 'x' },
      credential: { password: 'hunter2' },
      list: [new Map([['proxy-authorization', 'hunter2']]), new Set(['https://h/?hunter2'])],
      error: new Error('https://a:hunter2@h/', { cause }),
      bytes: Buffer.from('hunter2'),
      accessToken: 'hunter2',
    }),
  );
  expect(said).not.toContain('hunter2');
  expect(said).toContain('"accept":"x"');
  expect(said).toContain('[7 bytes]');
});
