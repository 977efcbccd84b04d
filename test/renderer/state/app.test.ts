import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { contractFailure } from '../../../main/contract/index.ts';
import { AppState, type Link } from '../../../renderer/state/app.svelte.ts';
import { createFakeTransport, type FakeTransport } from '../../support/fake-transport.ts';
import { detailOf } from '../../support/scene-details.ts';
import { job, received } from '../../support/scenes.ts';

const link: Link = { state: 'open', retryNow: () => undefined };
const running = job({ id: 'run', name: 'run', state: 'downloading', position: 1, bytes: received(9) });
const paused = job({ id: 'rest', name: 'rest', state: 'paused', position: 2, bytes: received(9) });
const done = job({ id: 'done', name: 'done', state: 'done', position: 3, bytes: received(9) });

let transport: FakeTransport;
let app: AppState;

beforeEach(() => {
  const ids = () => ({ ids: [] });
  transport = createFakeTransport({
    'job.pause': ids,
    'job.resume': ids,
    'job.remove': ids,
    'job.cancel': ids,
    'job.move': () => null,
  });
  app = new AppState(transport.client, link);
  transport.emit('jobs', { all: [running, paused, done] });
});
afterEach(() => {
  app.stop();
  expect(transport.following()).toEqual([]);
});

test('pausing names only those that can be paused', async () => {
  await app.act('pause', [running, paused, done]);
  expect(transport.inputsOf('job.pause')).toEqual([{ ids: ['run'] }]);
});

test('a finished repository is taken off the list without a question', async () => {
  await app.act('remove', [done]);
  expect(transport.inputsOf('job.remove')).toEqual([{ ids: ['done'] }]);
  expect(app.dialog).toBeNull();
});

test('a finished repository is updated with the options of its last update', async () => {
  const fetched = job({ id: 'fetched', name: 'b', kind: 'fetch', state: 'done', directory: '/src/b' });
  transport = createFakeTransport({
    'job.get': ({ id }) => ({ ...detailOf(fetched), job: { ...fetched, id } }),
    'job.fetch': ({ directory }) => ({ id: 'begun', directory }),
  });
  app.stop();
  app = new AppState(transport.client, link);
  transport.emit('jobs', { all: [running, done, fetched] });
  await app.act('update', [running, done]);
  await app.act('update', [fetched]);
  expect(transport.inputsOf('job.fetch')).toEqual([
    { directory: done.directory, options: {}, start: 'now' },
    { directory: '/src/b', options: { remote: 'origin', prune: true }, start: 'now' },
  ]);
  expect([...app.selection.ids]).toEqual(['begun']);
});

test('an update that is under way already is shown in place of a second one', async () => {
  transport = createFakeTransport({
    'job.fetch': ({ directory }) => {
      throw contractFailure('target-taken-by-job', { path: directory, jobId: 'run' });
    },
  });
  app.stop();
  app = new AppState(transport.client, link);
  transport.emit('jobs', { all: [running, done] });
  await app.act('update', [done]);
  expect([...app.selection.ids]).toEqual(['run']);
  expect(app.announcer.notes).toEqual([]);
});

test('what would throw away data is asked about first', async () => {
  await app.act('remove', [paused, done]);
  expect(app.dialog).toMatchObject({ kind: 'end', action: 'remove' });
  await app.act('cancel', [running]);
  expect(app.dialog).toMatchObject({ kind: 'end', action: 'cancel' });
  expect(transport.asked).toEqual([]);
  await app.end('cancel', [running], true);
  expect(transport.inputsOf('job.cancel')).toEqual([{ ids: ['run'], keepPartial: true }]);
});

test('space resumes what rests when nothing runs', async () => {
  await app.toggle([paused, done]);
  expect(transport.inputsOf('job.resume')).toEqual([{ ids: ['rest'] }]);
});

test('moving by a row names the row to stand before', async () => {
  await app.moveBy('done', -1);
  await app.moveBy('run', 1);
  await app.moveBy('rest', 1);
  await app.moveBy('run', -1);
  expect(transport.inputsOf('job.move')).toEqual([
    { id: 'done', before: 'rest' },
    { id: 'run', before: 'done' },
    { id: 'rest', before: null },
  ]);
});

test('a refusal becomes a note with the failure, not an exception', async () => {
  await app.changeSettings({ theme: 'dark' });
  expect(app.announcer.notes).toMatchObject([{ title: 'Not saved', failure: { code: 'unknown-endpoint' } }]);
});

test('an arrival at a new state is announced, a percent is not', () => {
  transport.emit('jobs', { changed: [{ ...running, fraction: 0.5 }] });
  expect(app.announcer.text).toBe('');
  transport.emit('jobs', { changed: [{ ...running, state: 'done' }] });
  expect(app.announcer.text).toBe('run is done.');
  const many = [running, paused, done].map((one) => ({ ...one, state: 'failed' as const }));
  transport.emit('jobs', { changed: many });
  expect(app.announcer.text).toBe('3 clones failed.');
});

test('notes leave by themselves', async () => {
  vi.useFakeTimers();
  await app.changeSettings({});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(app.announcer.notes).toEqual([]);
  vi.useRealTimers();
});

test('details of one job never stand under the name of another', () => {
  app.detail.follow('run');
  expect(transport.following()).toContainEqual({ topic: 'job', input: { id: 'run' } });
  app.detail.follow('done');
  expect(app.detail.detail).toBeNull();
  expect(transport.following().filter(({ topic }) => topic === 'job')).toEqual([
    { topic: 'job', input: { id: 'done' } },
  ]);
});
