import { afterAll, describe, expect, test } from 'vitest';
import { encodeFetchRequest, LocalProtocolError, type FetchRequest } from '../../main/git/index.ts';
import { textOf } from '../support/feed.ts';
import { hexOids, randomOids } from '../support/random-oids.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { oidA, oidB } from './packets.ts';
import { askUploadPack, gitOut, makeRepository } from './real-git.ts';
import { threadMs } from '../support/thread-time.ts';

afterAll(removeTempDirs);

const least: FetchRequest = { objectFormat: 'sha1', agent: null, wants: [oidA], done: true, ofsDelta: false };

const linesOf = (request: FetchRequest): string[] =>
  textOf(encodeFetchRequest(request))
    .split('\n')
    .map((line) => line.replace(/^(0001|0000)?[0-9a-f]{4}/, '$1'));

describe('encodeFetchRequest', () => {
  test('the least there is, byte for byte', () => {
    expect(textOf(encodeFetchRequest(least))).toBe(`0012command=fetch\n00010032want ${oidA}\n0009done\n0000`);
  });

  test('everything there is', () => {
    expect(
      linesOf({
        objectFormat: 'sha1',
        agent: 'packmule/1',
        wants: [oidA, oidB],
        wantRefs: ['refs/heads/x'],
        haves: [oidB],
        done: true,
        waitForDone: true,
        thinPack: true,
        ofsDelta: true,
        noProgress: true,
        includeTag: true,
        shallow: [oidB],
        deepen: 3,
        deepenRelative: true,
        deepenSince: 1_700_000_000,
        deepenNot: ['refs/heads/old'],
        filter: 'blob:limit=1k',
        packfileUris: ['https', 'http'],
        sidebandAll: true,
        resume: { packId: 'abc1', skip: 12 },
      }),
    ).toEqual([
      'command=fetch',
      'agent=packmule/1',
      '0001thin-pack',
      'no-progress',
      'include-tag',
      'ofs-delta',
      'sideband-all',
      'wait-for-done',
      `shallow ${oidB}`,
      'deepen 3',
      'deepen-since 1700000000',
      'deepen-not refs/heads/old',
      'deepen-relative',
      'filter blob:limit=1k',
      'packfile-uris https,http',
      'resume=abc1,12',
      `want ${oidA}`,
      `want ${oidB}`,
      'want-ref refs/heads/x',
      `have ${oidB}`,
      'done',
      '0000'.slice(4),
    ]);
    expect(textOf(encodeFetchRequest({ ...least, resume: true }))).toContain('000bresume\n');
    const sha256 = encodeFetchRequest({ ...least, objectFormat: 'sha256', wants: ['c'.repeat(64)] });
    expect(textOf(sha256)).toContain(`0019object-format=sha256\n0001004awant ${'c'.repeat(64)}\n`);
  });

  test.each([
    ['sha1', 20],
    ['sha256', 32],
  ] as const)(
    'ids as bytes become the lines that the same ids as hex become, %s',
    (objectFormat, oidBytes) => {
      for (let seed = 1; seed <= 30; seed++) {
        const wantBytes = randomOids(seed, oidBytes, seed);
        const wants = hexOids(wantBytes, oidBytes);
        const request = { ...least, objectFormat, filter: 'tree:0', haves: [] };
        const asHex = encodeFetchRequest({ ...request, wants });
        expect(encodeFetchRequest({ ...request, wants: [], wantBytes })).toEqual(asHex);
        const mixed = { wants: wants.slice(0, 3), wantBytes: wantBytes.subarray(3 * oidBytes) };
        expect(encodeFetchRequest({ ...request, ...mixed })).toEqual(asHex);
        const cut = wantBytes.subarray(0, wantBytes.length - 1);
        expect(() => encodeFetchRequest({ ...request, wantBytes: cut })).toThrow(LocalProtocolError);
      }
    },
  );

  test('the real upload-pack sends what is asked for by bytes', () => {
    const path = makeRepository(makeTempDir('want-bytes'));
    const listed = gitOut(path, ['ls-tree', '-r', 'main', '--object-only']).toString().trim().split('\n');
    const ids = [...new Set(listed)].sort();
    const wantBytes = Buffer.from(ids.join(''), 'hex');
    const request = encodeFetchRequest({ ...least, wants: [], wantBytes, noProgress: true });
    const answer = Buffer.from(askUploadPack(path, request)).toString('latin1');
    const header = answer.indexOf('PACK');
    expect(Buffer.from(answer, 'latin1').readUInt32BE(header + 8)).toBe(ids.length);
  });

  test.each<[string, Partial<FetchRequest>]>([
    ['nothing wanted', { wants: [] }],
    ['nothing wanted as bytes either', { wants: [], wantBytes: new Uint8Array(0) }],
    ['an id that is none', { wants: ['HEAD'] }],
    ['an id in upper case', { wants: [oidA.toUpperCase()] }],
    ['an id of the other format', { haves: ['c'.repeat(64)] }],
    ['a line break in a ref', { wantRefs: ['refs/heads/x\n0009done'] }],
    ['a NUL in a ref', { deepenNot: ['refs/heads/x\0'] }],
    ['a space in a filter', { filter: 'blob:none x' }],
    ['a line break in the agent', { agent: 'x\ny' }],
    ['depth 0', { deepen: 0 }],
    ['a depth between', { deepen: 1.5 }],
    ['no number', { deepenSince: Number.NaN }],
    ['a protocol with a space', { packfileUris: ['https http'] }],
    ['a pack id that is none', { resume: { packId: 'x,1', skip: 0 } }],
    ['a negative skip', { resume: { packId: 'ab', skip: -1 } }],
  ])('refuses %s: our own fault', (_, change) => {
    expect(() => encodeFetchRequest({ ...least, ...change })).toThrow(LocalProtocolError);
  });

  test('a million wants are one array in about a second', () => {
    const wants = Array.from({ length: 1_000_000 }, (_, i) => i.toString(16).padStart(40, '0'));
    const start = threadMs();
    const request = encodeFetchRequest({ ...least, wants });
    const took = threadMs() - start;
    expect(request.length).toBe(4 + 14 + 4 + 50 * 1_000_000 + 9 + 4);
    expect(took).toBeLessThan(4000);
  });
});
