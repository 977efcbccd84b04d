import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { contractFailure, type ProbeView, type Settings } from '../../../main/contract/index.ts';
import { CloneForm, joinPath } from '../../../renderer/state/clone-form.svelte.ts';
import { createFakeTransport } from '../../support/fake-transport.ts';
import { offer } from '../../support/scene-details.ts';

const settings = { defaultDirectory: '/home/ada/src' } as Settings;
const probe: ProbeView = {
  url: 'https://github.com/team/tool.git',
  host: 'github.com',
  suggestedName: 'tool',
  offer,
  branchNames: ['main', 'next'],
  resumability: 'A cut costs little.',
  seconds: 0.2,
};

function setUp(change: Partial<ProbeView> = {}) {
  const transport = createFakeTransport({
    'remote.probe': () => ({ ...probe, ...change }),
    'destination.check': ({ path }) => ({
      path,
      state: path.includes('full') ? 'not-empty' : 'free',
      writable: !path.startsWith('/root'),
      freeBytes: 1000,
    }),
    'job.clone': ({ url, directory }) => {
      if (url.includes('bad')) throw contractFailure('url-malformed', { url });
      return { id: `id-of-${url}`, directory: directory ?? '/somewhere' };
    },
  });
  return { transport, form: new CloneForm(transport.client, () => settings) };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('paths are joined with the separator of the folder', () => {
  expect(joinPath('/home/ada', 'x')).toBe('/home/ada/x');
  expect(joinPath('/', 'x')).toBe('/x');
  expect(joinPath('C:\\Users\\ada', 'x')).toBe('C:\\Users\\ada\\x');
});

test('a probed address fills in the folder and checks it', async () => {
  const { transport, form } = setUp();
  form.type('https://github.com/team/tool.git');
  await vi.runAllTimersAsync();
  form.fillIn();
  await vi.runAllTimersAsync();
  expect(form.directory).toBe('/home/ada/src/tool');
  expect(transport.inputsOf('destination.check')).toEqual([{ path: '/home/ada/src/tool' }]);
  expect(form.ready).toBe(true);
});

test('a folder chosen by the person is not filled in again', async () => {
  const { form } = setUp();
  form.chooseDirectory('/mnt/big');
  form.type('https://github.com/team/tool.git');
  await vi.runAllTimersAsync();
  form.fillIn();
  expect(form.directory).toBe('/mnt/big');
});

test.each(['/home/ada/full', '/root/x'])('%s cannot be cloned to', async (path) => {
  const { form } = setUp();
  form.type('https://github.com/team/tool.git');
  form.chooseDirectory(path);
  await vi.runAllTimersAsync();
  expect(form.ready).toBe(false);
});

test('a mode the server does not offer is let go', async () => {
  const { form } = setUp({ offer: { ...offer, capabilities: { ...offer.capabilities, filter: false } } });
  form.mode = 'blobless';
  expect(form.possible('blobless')).toBe(true);
  form.type('https://github.com/team/tool.git');
  await vi.runAllTimersAsync();
  form.fillIn();
  expect(form.mode).toBe('full');
  expect(form.possible('treeless')).toBe(false);
  expect(form.possible('shallow')).toBe(true);
});

test('options are named as git names them, and defaults are left out', () => {
  const { form } = setUp();
  form.type('https://github.com/team/tool.git');
  expect(form.options()).toEqual({});
  form.mode = 'treeless';
  form.branch = ' next ';
  form.noTags = true;
  form.noCheckout = true;
  expect(form.options()).toEqual({ filter: 'tree:0', branch: 'next', noTags: true, noCheckout: true });
  form.mode = 'shallow';
  form.depth = 0;
  form.repository = 'mirror';
  form.origin = 'upstream';
  expect(form.options()).toEqual({ depth: 1, branch: 'next', noTags: true, mirror: true });
});

test('one address becomes one job in the folder shown', async () => {
  const { transport, form } = setUp();
  form.type('  https://github.com/team/tool.git\n');
  form.chooseDirectory('/mnt/tool');
  await expect(form.submit('paused')).resolves.toEqual(['id-of-https://github.com/team/tool.git']);
  expect(transport.inputsOf('job.clone')).toEqual([
    { url: 'https://github.com/team/tool.git', directory: '/mnt/tool', options: {}, start: 'paused' },
  ]);
});

test('several addresses are not probed, and those refused stay in the field with their reasons', async () => {
  const { transport, form } = setUp();
  form.type('https://a/1\nbad\n\nhttps://a/2');
  await vi.runAllTimersAsync();
  expect(transport.inputsOf('remote.probe')).toEqual([]);
  await expect(form.submit('now')).resolves.toEqual(['id-of-https://a/1', 'id-of-https://a/2']);
  expect(form.text).toBe('bad');
  expect(form.refused).toEqual([{ url: 'bad', failure: { code: 'url-malformed', facts: { url: 'bad' } } }]);
});

test('an empty form is not ready', () => {
  const { form } = setUp();
  expect(form.ready).toBe(false);
  form.type('   \n ');
  expect(form.ready).toBe(false);
});
