import { describe, expect, test } from 'vitest';
import {
  encodeLsRefsRequest,
  LocalProtocolError,
  LsRefsDecoder,
  type LsRefsRequest,
} from '../../main/git/index.ts';
import { feedEveryWay, textOf } from '../support/feed.ts';
import { flush, oidA, oidB, packets } from './packets.ts';
import { threadMs } from '../support/thread-time.ts';

function feed(bytes: Uint8Array) {
  return feedEveryWay(bytes, (chunks) => {
    const decoder = new LsRefsDecoder({ objectFormat: 'sha1' });
    const refs = chunks.flatMap((chunk) => decoder.push(chunk));
    decoder.finish();
    return { refs, dropped: decoder.droppedNames };
  });
}

const request: LsRefsRequest = {
  objectFormat: 'sha1',
  agent: 'packmule/1',
  peel: true,
  symrefs: true,
  unborn: true,
  refPrefixes: ['HEAD', 'refs/heads/'],
};

describe('the request', () => {
  test('is written as gitprotocol-v2 says', () => {
    expect(textOf(encodeLsRefsRequest(request))).toBe(
      '0014command=ls-refs\n0015agent=packmule/1\n00010009peel\n000csymrefs\n000bunborn\n0014ref-prefix HEAD\n001bref-prefix refs/heads/\n0000',
    );
    expect(textOf(encodeLsRefsRequest({ ...request, objectFormat: 'sha256', agent: null }))).toContain(
      '0019object-format=sha256\n',
    );
  });

  test.each(['a\nb', 'a\0b', 'a b', ''])('cannot carry the prefix %j', (prefix) => {
    expect(() => encodeLsRefsRequest({ ...request, refPrefixes: [prefix] })).toThrow(LocalProtocolError);
    expect(() => encodeLsRefsRequest({ ...request, agent: prefix })).toThrow(LocalProtocolError);
  });
});

describe('the answer', () => {
  test('gives refs in the order of the server', () => {
    const bytes = packets(
      'unborn HEAD symref-target:refs/heads/main\n',
      `${oidA} refs/heads/a\n`,
      `${oidB} refs/tags/v1 peeled:${oidA}`,
      `${oidA.toUpperCase()} refs/remotes/origin/HEAD symref-target:refs/remotes/origin/x future:thing\n`,
      flush,
    );
    expect(feed(bytes)).toEqual({
      value: {
        refs: [
          { name: 'HEAD', oid: null, symrefTarget: 'refs/heads/main', peeled: null },
          { name: 'refs/heads/a', oid: oidA, symrefTarget: null, peeled: null },
          { name: 'refs/tags/v1', oid: oidB, symrefTarget: null, peeled: oidA },
          {
            name: 'refs/remotes/origin/HEAD',
            oid: oidA,
            symrefTarget: 'refs/remotes/origin/x',
            peeled: null,
          },
        ],
        dropped: 0,
      },
    });
  });

  // git shows these; written to disk they would leave the repository, act on a terminal, or change their name.
  test.each([
    'refs/heads/../../../x',
    'refs/heads/\x1b[31m',
    'refs/heads/a\0b',
    'main',
    'refs/heads/x.lock',
    '',
  ])('leaves out and counts the name %j', (name) => {
    expect(feed(packets(`${oidA} ${name}\n`, `${oidA} refs/heads/ok\n`, flush))).toMatchObject({
      value: { dropped: 1, refs: [{ name: 'refs/heads/ok' }] },
    });
  });

  test('keeps names that are no UTF-8, byte for byte, also where a symbolic ref points', () => {
    const lines = [`${oidA} HEAD symref-target:refs/heads/caf\xe9\n`, `${oidA} refs/heads/caf\xe9\n`];
    const name = 'refs/heads/caf\udce9';
    expect(feed(packets(...lines, flush))).toMatchObject({
      value: { dropped: 0, refs: [{ name: 'HEAD', symrefTarget: name }, { name }] },
    });
    const asked = encodeLsRefsRequest({ ...request, refPrefixes: [name] });
    expect(Buffer.from(asked).toString('latin1')).toContain('ref-prefix refs/heads/caf\xe9\n');
  });

  test('does not follow a symbolic ref out of the refs', () => {
    expect(feed(packets(`${oidA} HEAD symref-target:../../etc/passwd\n`, flush))).toMatchObject({
      value: { refs: [{ name: 'HEAD', symrefTarget: null }] },
    });
  });

  test('is not whole before its flush packet, and ends there', () => {
    expect(feed(packets(`${oidA} refs/heads/a\n`))).toMatchObject({ reason: 'truncated' });
    expect(feed(packets(flush, `${oidA} refs/heads/a\n`))).toMatchObject({ reason: 'ref-list' });
    expect(feed(packets(flush, { raw: '00' }))).toMatchObject({ reason: 'ref-list' });
    expect(feed(packets('ERR repository \x07moved\n'))).toMatchObject({
      error: 'RemoteError',
      message: 'repository moved',
    });
  });

  test('a million refs take seconds at most', () => {
    const block = packets(
      ...Array.from({ length: 10_000 }, (_, i) => `${oidA} refs/heads/some/topic-${i}\n`),
    );
    const decoder = new LsRefsDecoder({ objectFormat: 'sha1' });
    let refs = 0;
    const start = threadMs();
    for (let round = 0; round < 100; round++) {
      for (let at = 0; at < block.length; at += 65_536)
        refs += decoder.push(block.subarray(at, at + 65_536)).length;
    }
    const took = threadMs() - start;
    expect(refs).toBe(1_000_000);
    // 0.6 s where nothing else slows the processor down.
    expect(took).toBeLessThan(6000);
  });
});
