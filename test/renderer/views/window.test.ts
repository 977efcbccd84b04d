import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, expect, test } from 'vitest';
import { contractFailure, type JobView, type Settings } from '../../../main/contract/index.ts';
import { AppState } from '../../../renderer/state/app.svelte.ts';
import Window from '../../../renderer/views/Window.svelte';
import { createFakeTransport, type FakeTransport } from '../../support/fake-transport.ts';
import { detailOf, offer } from '../../support/scene-details.ts';
import { everyState, failure, job } from '../../support/scenes.ts';

const settings: Settings = {
  concurrentJobs: 3,
  defaultDirectory: '/home/ada/src',
  theme: 'system',
  notifications: true,
  retryTriesMax: 10,
};

let transport: FakeTransport;
let app: AppState;

async function open(jobs: readonly JobView[]): Promise<void> {
  render(Window, { app });
  transport.emit('settings', settings);
  transport.emit('jobs', { all: [...jobs] });
  await tick();
  if (jobs.length > 0) await waitFor(() => expect(screen.getAllByRole('row').length).toBeGreaterThan(0));
}

const key = (name: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(screen.getByRole('grid'), { key: name, ...more });

beforeEach(() => {
  const ids = () => ({ ids: [] });
  transport = createFakeTransport({
    'job.pause': ids,
    'job.resume': ids,
    'job.cancel': ids,
    'job.answer': () => null,
    'remote.probe': ({ url }) => ({
      url,
      host: 'github.com',
      suggestedName: 'tool',
      offer,
      branchNames: ['main', 'next'],
      resumability: 'A cut costs little.',
      seconds: 0.2,
    }),
    'destination.check': ({ path }) => ({
      path,
      state: path.includes('here') ? 'not-empty' : 'free',
      writable: true,
      freeBytes: 2 ** 30,
    }),
    'job.clone': () => ({ id: 'new', directory: '/x' }),
    'job.fetch': ({ directory }) => {
      throw contractFailure('target-taken-by-job', { path: directory, jobId: 'one' });
    },
    'settings.set': (change) => ({ ...settings, ...change }),
  });
  app = new AppState(transport.client, { state: 'open', retryNow: () => undefined });
});

test('an empty list teaches how to begin', async () => {
  await open([]);
  expect(screen.getByRole('heading', { name: 'Clone your first repository' })).toBeTruthy();
  expect(screen.queryByRole('searchbox')).toBeNull();
});

test('filters show their counts and filter', async () => {
  await open([job({ name: 'aa', state: 'done' }), job({ name: 'bb', state: 'paused' })]);
  await fireEvent.click(screen.getByRole('button', { name: 'Paused 1' }));
  await waitFor(() => expect(screen.queryByText('aa')).toBeNull());
  expect(screen.getByText('bb')).toBeTruthy();
});

test('the keyboard moves, chooses and pauses', async () => {
  await open([
    job({ id: 'one', name: 'one', state: 'downloading' }),
    job({ id: 'two', name: 'two', state: 'queued' }),
  ]);
  await key('ArrowDown');
  await key('ArrowDown', { shiftKey: true });
  expect([...app.selection.ids]).toEqual(['one', 'two']);
  await key(' ');
  expect(transport.inputsOf('job.pause')).toEqual([{ ids: ['one', 'two'] }]);
  await key('Escape');
  expect(app.selection.ids.size).toBe(0);
  await key('a', { ctrlKey: true });
  expect(app.selection.ids.size).toBe(2);
});

test('Delete on a running clone asks before it cancels', async () => {
  await open([job({ id: 'one', name: 'one', state: 'downloading' })]);
  await key('ArrowDown');
  await key('Delete');
  const dialog = await screen.findByRole('dialog');
  expect(transport.asked).toEqual([]);
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel clone' }));
  await waitFor(() =>
    expect(transport.inputsOf('job.cancel')).toEqual([{ ids: ['one'], keepPartial: false }]),
  );
});

test('a question is answered in its row', async () => {
  const question = {
    id: 'q1',
    kind: 'authentication',
    failure: failure('authentication-required'),
    choices: ['retry', 'cancel'],
  } satisfies JobView['question'];
  await open([job({ id: 'one', name: 'one', state: 'needs-you', question })]);
  await fireEvent.click(screen.getByRole('button', { name: 'Try again: one' }));
  expect(transport.inputsOf('job.answer')).toEqual([{ id: 'one', questionId: 'q1', choice: 'retry' }]);
});

test('a name and a password are given in the details, and forgotten', async () => {
  const url = 'https://git.example.org/team/app.git';
  const question = {
    id: 'q1',
    kind: 'authentication',
    failure: failure('authentication-required', { status: 401 }),
    choices: ['answer', 'retry', 'cancel'],
    host: 'git.example.org',
    url,
    usernameHint: 'ann',
  } satisfies JobView['question'];
  await open([job({ id: 'one', name: 'one', state: 'needs-you', question })]);
  await fireEvent.click(screen.getByRole('button', { name: 'Answer …: one' }));
  const form = await screen.findByRole('form', { name: 'Answer for one' });
  expect(within(form).getByText(url)).toBeTruthy();
  expect(within(form).getByLabelText<HTMLInputElement>('User name').value).toBe('ann');
  const password = within(form).getByLabelText<HTMLInputElement>('Password or token');
  const button = within(form).getByRole<HTMLButtonElement>('button', { name: 'Sign in' });
  expect([password.type, button.disabled]).toEqual(['password', true]);
  await fireEvent.input(password, { target: { value: ' s3cret ' } });
  await fireEvent.submit(form);
  expect(transport.inputsOf('job.answer')).toEqual([
    { id: 'one', questionId: 'q1', choice: 'answer', username: 'ann', password: ' s3cret ' },
  ]);
  expect(password.value).toBe('');
  expect(document.documentElement.outerHTML + document.title).not.toContain('s3cret');
});

test('a host key is judged only where its fingerprint is seen', async () => {
  const prompt = 'ED25519 key fingerprint is SHA256:abc.\nContinue (yes/no)?';
  const question = {
    id: 'q1',
    kind: 'ssh-host-key',
    failure: failure('host-key-unknown'),
    choices: ['yes', 'no'],
    prompt,
  } satisfies JobView['question'];
  await open([job({ id: 'one', name: 'one', state: 'needs-you', question })]);
  expect(screen.queryByRole('button', { name: /^Yes/ })).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Answer …: one' }));
  expect(await screen.findByText(/SHA256:abc/)).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: /^Yes, this is the right key/ }));
  expect(transport.inputsOf('job.answer')).toEqual([{ id: 'one', questionId: 'q1', choice: 'yes' }]);
});

test('details follow the chosen row and let go of the last one', async () => {
  const jobs = everyState();
  const [linux, , git] = jobs as [JobView, JobView, JobView];
  await open(jobs);
  await fireEvent.click(screen.getByText('linux'));
  transport.emit('job', detailOf(linux), { id: linux.id });
  const pane = screen.getByRole('complementary');
  const cost = await within(pane).findByText('Cost of a cut now');
  expect(cost.parentElement?.textContent).toContain('4.0 MiB');
  expect(within(pane).getByText(/sends everything as one pack/)).toBeTruthy();
  // The way changes: another sentence in its place.
  const plan = { strategy: 'objects', sentence: 'Only what is missing is asked for.' } as const;
  transport.emit('job', { ...detailOf(linux), plan }, { id: linux.id });
  expect(await within(pane).findByText(plan.sentence)).toBeTruthy();
  expect(within(pane).queryByText(/sends everything as one pack/)).toBeNull();
  await fireEvent.click(screen.getByText('git'));
  expect(transport.following().filter(({ topic }) => topic === 'job')).toEqual([
    { topic: 'job', input: { id: git.id } },
  ]);
});

test('an update of a repository that is being updated leads to it', async () => {
  await open([job({ id: 'one', name: 'one', kind: 'fetch', state: 'downloading' })]);
  expect(within(screen.getByRole('row')).getByText('Update')).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'More ways to begin' }));
  await fireEvent.click(await screen.findByRole('menuitem', { name: 'Update a repository…' }));
  const dialog = await screen.findByRole('dialog');
  await fireEvent.input(within(dialog).getByRole('textbox', { name: 'Folder' }), {
    target: { value: '/src/here' },
  });
  await fireEvent.click(await within(dialog).findByRole('button', { name: 'Update' }));
  expect(await within(dialog).findByText(/Another clone in the list/)).toBeTruthy();
  await fireEvent.click(within(dialog).getByRole('button', { name: 'Show it in the list' }));
  expect([...app.selection.ids]).toEqual(['one']);
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('what an update did is told with the job', async () => {
  const update = job({ id: 'one', name: 'busy-project', kind: 'fetch', state: 'done' });
  await open([update]);
  await fireEvent.click(screen.getByText('busy-project'));
  transport.emit('job', detailOf(update), { id: 'one' });
  const pane = screen.getByRole('complementary');
  expect(await within(pane).findByText(/1 rejected, 1 forced, 1 pruned, 2 moved on/)).toBeTruthy();
  expect(within(pane).queryByText('v3.40.0')).toBeNull();
  await fireEvent.click(within(pane).getByRole('button', { name: 'Show 35 more' }));
  expect(await within(pane).findByText('v3.40.0')).toBeTruthy();
});

test('a failure is told in words with an action', async () => {
  const broken = everyState().find((one) => one.name === 'broken')!;
  await open([broken]);
  await fireEvent.click(screen.getByText('broken'));
  const pane = screen.getByRole('complementary');
  expect(within(pane).getByText('Git reported an error')).toBeTruthy();
  await fireEvent.click(within(pane).getByRole('button', { name: 'Try again' }));
  expect(transport.inputsOf('job.resume')).toEqual([{ ids: [broken.id] }]);
});

test('a failure whose notice leads elsewhere can still be tried again', async () => {
  const missing = everyState().find((one) => one.name === 'no-such-thing')!;
  await open([missing]);
  await fireEvent.click(screen.getByText('no-such-thing'));
  const pane = screen.getByRole('complementary');
  expect(within(pane).getAllByRole('button', { name: /Try again|another address/ })).toHaveLength(2);
  await fireEvent.click(within(pane).getByRole('button', { name: 'Clone from another address' }));
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Repository address' });
  expect(field.value).toBe(missing.url);
});

test('a pasted address opens the form and starts nothing', async () => {
  await open([]);
  const data = new DataTransfer();
  data.setData('text/plain', 'https://github.com/team/tool.git');
  await fireEvent(document.body, new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  const field = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Repository address' });
  expect(field.value).toBe('https://github.com/team/tool.git');
  expect(transport.inputsOf('job.clone')).toEqual([]);
});

test('the form shows what the server said, and clones where it said', async () => {
  await open([]);
  await fireEvent.keyDown(window, { key: 'n', ctrlKey: true });
  const field = await screen.findByRole('textbox', { name: 'Repository address' });
  await fireEvent.input(field, { target: { value: 'https://github.com/team/tool.git' } });
  expect(await screen.findByText(/github.com answered/, {}, { timeout: 3000 })).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Folder' }).value).toBe('/home/ada/src/tool');
  await fireEvent.click(screen.getByRole('radio', { name: /Blobless/ }));
  await fireEvent.click(screen.getByRole('button', { name: 'Clone' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(transport.inputsOf('job.clone')).toEqual([
    {
      url: 'https://github.com/team/tool.git',
      directory: '/home/ada/src/tool',
      options: { filter: 'blob:none' },
      start: 'now',
    },
  ]);
});

test('settings are sent one by one, and the theme is put on the page', async () => {
  await open([]);
  await fireEvent.click(screen.getByRole('button', { name: 'Settings' }));
  const theme = await screen.findByRole<HTMLSelectElement>('combobox', { name: 'Appearance' });
  theme.selectedIndex = 2;
  await fireEvent.change(theme);
  expect(transport.inputsOf('settings.set')).toEqual([{ theme: 'dark' }]);
  await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
});

test('no entry leads to something that does not exist yet', async () => {
  await open(everyState());
  expect(screen.queryByText(/shares/i)).toBeNull();
  await fireEvent.click(screen.getByText('linux'));
  expect(screen.getAllByRole('tab').map((tab) => tab.textContent)).toEqual([
    'Progress',
    'Pieces',
    'Activity',
    'Remote',
  ]);
});
