import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { contractFailure, type DestinationView } from '../../../main/contract/index.ts';
import { placeNote } from '../../../renderer/features/folder/place-note.ts';
import { FolderForm } from '../../../renderer/state/folder-form.svelte.ts';
import { createFakeTransport } from '../../support/fake-transport.ts';

let state: DestinationView['state'];
const transport = () =>
  createFakeTransport({
    'destination.check': ({ path }) => ({ path, state, writable: true, freeBytes: null }),
    'job.fetch': ({ directory }) => {
      if (directory.includes('plain')) throw contractFailure('not-a-repository', { path: directory });
      return { id: 'fetching', directory };
    },
    'job.adopt': ({ directory }) => ({ id: 'adopting', directory, kind: 'clone' }),
  });

beforeEach(() => {
  vi.useFakeTimers();
  state = 'not-empty';
});
afterEach(() => vi.useRealTimers());

async function filled(purpose: 'update' | 'adopt', path: string) {
  const wire = transport();
  const form = new FolderForm(wire.client, purpose, path);
  await vi.advanceTimersByTimeAsync(1000);
  return { wire, form };
}

describe('the form for a folder', () => {
  test('asks for an update with what was chosen, and leaves the rest as configured', async () => {
    const { wire, form } = await filled('update', ' /src/tool ');
    expect(form.ready).toBe(true);
    expect(await form.submit('now')).toBe('fetching');
    form.remote = 'upstream ';
    form.prune = true;
    form.tags = 'none';
    await form.submit('paused');
    expect(wire.inputsOf('job.fetch')).toEqual([
      { directory: '/src/tool', options: {}, start: 'now' },
      {
        directory: '/src/tool',
        options: { remote: 'upstream', prune: true, tags: 'none' },
        start: 'paused',
      },
    ]);
  });

  test('asks for an adoption', async () => {
    const { wire, form } = await filled('adopt', '/src/tool');
    expect(await form.submit('now')).toBe('adopting');
    expect(wire.inputsOf('job.adopt')).toEqual([{ directory: '/src/tool', start: 'now' }]);
  });

  test('keeps the reason of a refusal until something else is typed', async () => {
    const { form } = await filled('update', '/src/plain');
    expect(await form.submit('now')).toBeNull();
    expect(form.refused?.code).toBe('not-a-repository');
    expect(form.ready).toBe(true);
    form.type('/src/plain2');
    expect(form.refused).toBeNull();
  });

  test.each(['free', 'empty-directory', 'file', 'taken-by-job'] as const)(
    'starts nothing where the folder is %s, and says why',
    async (found) => {
      state = found;
      const { form } = await filled('update', '/src/tool');
      expect(form.ready).toBe(false);
      expect(placeNote(form)).toMatchObject({ bad: true });
      expect(placeNote(form).text).not.toBe('');
    },
  );

  test('without a folder there is nothing to start', async () => {
    const { form } = await filled('adopt', '  ');
    expect(form.ready).toBe(false);
  });
});
