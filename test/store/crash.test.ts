import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../../main/store/index.ts';
import { sampleArtefact, sampleJob, temporaryDirectory } from './samples.ts';

const writer = fileURLToPath(new URL('./piece-writer.ts', import.meta.url));

/** The lines a writer printed before it was killed, `afterMs` after its first one. */
function killedWriter(path: string, round: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') reject(new Error(`ended by itself: ${code} ${signal}`));
      // The last element is what came without its line end: nothing was promised there.
      else resolve(output.split('\n').slice(0, -1));
    });
  });
}

test('whatever was said to be kept is there after kill -9, thirty times', { timeout: 120_000 }, async () => {
  const path = join(temporaryDirectory(), 'packmule.db');
  const { store } = openStore(path);
  store.saveJob(sampleJob());
  store.saveArtefact(sampleArtefact());
  store.close();

  const promised: string[] = [];
  for (let round = 0; round < 30; round++) {
    const lines = await killedWriter(path, round, Math.random() * 120);
    expect(lines.filter((line) => !line.startsWith('kept '))).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
    promised.push(...lines.map((line) => line.slice('kept '.length)));

    const opened = openStore(path);
    expect(opened.notices).toEqual([]);
    const kept = new Set(opened.store.loadPieces('artefact1').map((piece) => piece.id));
    opened.store.close();
    expect(promised.filter((id) => !kept.has(id))).toEqual([]);
    // At most the one piece per round whose promise was on its way when the process died.
    expect(kept.size - promised.length).toBeLessThanOrEqual(round + 1);
  }
});

test('two writers that start at the same moment both get through', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round++) {
    const path = join(temporaryDirectory(), 'packmule.db');
    // No tables yet: both find an empty place and both want to lay it out. Their pieces have no artefact, so each ends
    // with that error, and only with that.
    const ends = await Promise.all([1, 2, 3].map((n) => failingWriter(path, n)));
    for (const end of ends) expect(end).toContain('FOREIGN KEY constraint failed');
    const { store, notices } = openStore(path);
    expect(notices).toEqual([]);
    store.close();
  }
});

function failingWriter(path: string, n: number): Promise<string> {
  const child = spawn(process.execPath, [writer, path, String(n)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (errors += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(errors));
  });
}
