import fc from 'fast-check';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import {
  concatBytes,
  encodeFetchRequest,
  FetchResponseDecoder,
  RemoteError,
  type FetchEvent,
  type FetchRequest,
} from '../../main/git/index.ts';
import { cutAt, bytesOf, feedEveryWay, textOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { delimiter, flush, oidA, oidB, packets, responseEnd, type Part } from './packets.ts';
import { askUploadPack, gitOut, makeRepository, runGit } from './real-git.ts';

/** Events in a form that compares: bytes as text. Violations are noted where they surface. */
function decode(
  chunks: readonly Uint8Array[],
  options: { sidebandAll?: boolean; objectFormat?: 'sha1' | 'sha256' } = {},
) {
  const decoder = new FetchResponseDecoder({ objectFormat: 'sha1', ...options });
  const events: FetchEvent[] = [];
  let fault = '';
  try {
    for (const chunk of chunks) events.push(...decoder.push(chunk));
    decoder.finish();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    fault = `${error.name} ${'reason' in error ? String(error.reason) : ''}`.trim();
  }
  const shown = events.map((event) => (event.type === 'pack-data' ? `pack ${textOf(event.data)}` : event));
  return { events: shown, complete: decoder.complete, state: decoder.state, fault };
}

function fed(bytes: Uint8Array, options: { sidebandAll?: boolean } = {}) {
  const outcome = feedEveryWay(bytes, (chunks) => decode(chunks, options));
  if ('error' in outcome) throw new Error(outcome.message);
  return outcome.value;
}

const packSection: Part[] = ['packfile\n', '\x01PACK', flush];

describe('a fetch response', () => {
  test('of every section', () => {
    const uri = 'https://cdn.example/pack?sig=1';
    const result = fed(
      packets(
        'acknowledgments\n',
        'NAK\n',
        `ACK ${oidA}\n`,
        'ready\n',
        delimiter,
        'shallow-info\n',
        `shallow ${oidA}\n`,
        `unshallow ${oidB}\n`,
        delimiter,
        'wanted-refs\n',
        `${oidA} refs/heads/main\n`,
        delimiter,
        'from-the-future\n',
        'anything \xff at all\n',
        '',
        delimiter,
        'packfile-uris\n',
        `${oidB} ${uri}\n`,
        delimiter,
        'pack-info\n',
        'pack-id ABC1\n',
        'offset 12\n',
        'size 300\n',
        `seed ${oidA}\n`,
        'later thing\n',
        delimiter,
        'packfile\n',
        '\x02Counting\rCount',
        '\x01PACK',
        '\x01',
        '',
        '\x02ed\n',
        '\x01more',
        flush,
      ),
    );
    expect(result).toEqual({
      complete: true,
      state: 'end',
      fault: '',
      events: [
        { type: 'section', name: 'acknowledgments' },
        { type: 'acknowledgment', kind: 'nak' },
        { type: 'acknowledgment', kind: 'ack', oid: oidA },
        { type: 'acknowledgment', kind: 'ready' },
        { type: 'section', name: 'shallow-info' },
        { type: 'shallow', oid: oidA },
        { type: 'unshallow', oid: oidB },
        { type: 'section', name: 'wanted-refs' },
        { type: 'wanted-ref', oid: oidA, name: 'refs/heads/main' },
        { type: 'section', name: 'packfile-uris' },
        { type: 'packfile-uri', hash: oidB, uri },
        { type: 'section', name: 'pack-info' },
        { type: 'pack-info', key: 'pack-id', value: 'abc1' },
        { type: 'pack-info', key: 'offset', value: '12' },
        { type: 'pack-info', key: 'size', value: '300' },
        { type: 'pack-info', key: 'seed', value: oidA },
        { type: 'section', name: 'packfile' },
        { type: 'progress', text: 'Counting' },
        'pack PACK',
        { type: 'progress', text: 'Counted' },
        'pack more',
        { type: 'end' },
      ],
    });
  });

  test('with everything multiplexed', () => {
    const result = fed(
      packets(
        '\x01wanted-refs\n',
        '\x02busy\n',
        '\x01',
        `\x01${oidA} refs/heads/x\n`,
        delimiter,
        '\x01packfile\n',
        '\x01PACK',
        flush,
      ),
      { sidebandAll: true },
    );
    expect(result).toMatchObject({ complete: true, fault: '' });
    expect(result.events).toContainEqual({ type: 'wanted-ref', oid: oidA, name: 'refs/heads/x' });
    expect(result.events).toContainEqual({ type: 'progress', text: 'busy' });
    expect(result.events).toContain('pack PACK');
  });

  test('a round of negotiation without a pack', () => {
    expect(fed(packets('acknowledgments\n', `ACK ${oidA}\n`, flush))).toMatchObject({ complete: true });
  });

  // A proxy that drops a connection ends the body politely; only the flush packet says that it is whole.
  test('cut anywhere is never complete, and says so', () => {
    const whole = packets('shallow-info\n', `shallow ${oidA}\n`, delimiter, ...packSection);
    for (let length = 0; length < whole.length; length++) {
      expect(decode([whole.subarray(0, length)]), String(length)).toMatchObject({
        complete: false,
        fault: 'RemoteProtocolError truncated',
      });
    }
  });

  describe.each<[string, Part[]]>([
    ['an ERR packet at the start', ['ERR upload-pack: not our ref\n', ...packSection]],
    ['an ERR packet in a section', ['acknowledgments\n', 'ERR upload-pack: not our ref\n', flush]],
    ['an ERR packet in the pack', ['packfile\n', '\x01PA', 'ERR upload-pack: not our ref', '\x01CK', flush]],
    ['sideband 3', ['packfile\n', '\x01PA', '\x03upload-pack: \x1b[31mnot our ref\n', '\x01CK', flush]],
  ])('%s', (_, parts) => {
    test('is the last event; the decoder throws it again at the end', () => {
      const result = fed(packets(...parts));
      expect(result.events.at(-1)).toEqual({ type: 'remote-error', text: 'upload-pack: not our ref' });
      expect(result).toMatchObject({ complete: false, state: 'failed', fault: 'RemoteError' });
      const decoder = new FetchResponseDecoder({ objectFormat: 'sha1' });
      decoder.push(packets(...parts));
      expect(() => decoder.finish()).toThrow(RemoteError);
      expect(decoder.push(packets('\x01x'))).toEqual([]);
    });
  });

  test.each<[string, Part[]]>([
    ['a flush first', [flush]],
    ['a delimiter first', [delimiter, ...packSection]],
    ['response-end', [responseEnd]],
    ['ready and then a flush', ['acknowledgments\n', 'ready\n', flush]],
    ['no ready and then a delimiter', ['acknowledgments\n', 'NAK\n', delimiter, ...packSection]],
    ['a section twice', ['shallow-info\n', delimiter, 'shallow-info\n', delimiter, ...packSection]],
    [
      'sections in the wrong order',
      ['packfile-uris\n', delimiter, 'wanted-refs\n', delimiter, ...packSection],
    ],
    ['acknowledgments after others', ['shallow-info\n', delimiter, 'acknowledgments\n', flush]],
    ['a flush behind a section that is not the last', ['shallow-info\n', flush]],
    ['a delimiter in place of the flush', ['packfile\n', '\x01PACK', delimiter]],
    ['something after the end', [...packSection, '\x01x']],
    ['a second pack', [...packSection, ...packSection]],
    ['sideband 0', ['packfile\n', '\x00PACK', flush]],
    ['sideband 4', ['packfile\n', '\x04PACK', flush]],
    ['sideband 255', ['packfile\n', '\xffPACK', flush]],
    ['an unknown acknowledgment', ['acknowledgments\n', 'YES\n', flush]],
    ['an ACK without an id', ['acknowledgments\n', 'ACK \n', flush]],
    ['a short id', ['shallow-info\n', `shallow ${oidA.slice(1)}\n`, delimiter]],
    [
      'a wanted ref with a name that leaves the refs',
      ['wanted-refs\n', `${oidA} refs/heads/../../x\n`, delimiter],
    ],
    ['a URI with a line break', ['packfile-uris\n', `${oidA} https://x/\ny\n`, delimiter]],
    ['a URI with a space', ['packfile-uris\n', `${oidA} https://x/ y\n`, delimiter]],
    ['a URI without a hash', ['packfile-uris\n', 'https://x/y\n', delimiter]],
    ['an offset that is no number', ['pack-info\n', 'offset -1\n', delimiter]],
    ['an offset beyond 2^53', ['pack-info\n', 'offset 9999999999999999\n', delimiter]],
    ['a pack id that is a path', ['pack-info\n', 'pack-id ../x\n', delimiter]],
    ['a packet of length 3', [...packSection.slice(0, 2), { raw: '0003' }]],
    ['HTML', [{ raw: '<html>' }]],
  ])('refuses %s', (_, parts) => {
    const result = fed(packets(...parts));
    expect(result.fault).toMatch(/^RemoteProtocolError (fetch-response|sideband|object-id|pkt-line)$/);
    expect(result.complete).toBe(false);
  });

  // Salvage lives on this: the bytes of a pack count also when the packet behind them is broken.
  test('gives what came before a violation in the same chunk', () => {
    const decoder = new FetchResponseDecoder({ objectFormat: 'sha1' });
    const events = decoder.push(packets('packfile\n', '\x01PACK', '\x09bad'));
    expect(events.map((event) => event.type)).toEqual(['section', 'pack-data']);
    expect(decoder.complete).toBe(false);
    expect(() => decoder.push(bytesOf('0000'))).toThrow('sideband 9');
    expect(() => decoder.finish()).toThrow('sideband 9');
  });

  test('ends a server that acknowledges without end', () => {
    const decoder = new FetchResponseDecoder({ objectFormat: 'sha1' });
    decoder.push(packets('packfile-uris\n'));
    const block = packets(...Array.from({ length: 1000 }, () => `${oidA} https://x/\n`));
    expect(() => {
      for (let i = 0; i < 12; i++) decoder.push(block);
    }).toThrow(expect.objectContaining({ reason: 'limit' }));
  });

  test('property: random changes of a good answer never break anything but the answer', () => {
    const good = packets(
      'acknowledgments\n',
      'ready\n',
      delimiter,
      'wanted-refs\n',
      `${oidA} refs/heads/x\n`,
      delimiter,
      ...packSection,
    );
    const change = fc.record({
      at: fc.nat(good.length - 1),
      byte: fc.oneof(fc.constantFrom(0x30, 0x31, 0x0a, 0x20), fc.nat(255)),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = good.slice();
        for (const { at, byte } of changes) bytes[at] = byte;
        const whole = decode([bytes]);
        expect(decode(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  test('every single byte, replaced by each of 20 others', () => {
    const good = packets('shallow-info\n', `shallow ${oidA}\n`, delimiter, ...packSection);
    for (let at = 0; at < good.length; at++) {
      for (let step = 1; step <= 20; step++) {
        const bytes = good.slice();
        bytes[at] = ((bytes[at] ?? 0) + step * 13) & 0xff;
        const { fault } = decode([bytes]);
        expect(fault).toMatch(/^(RemoteProtocolError .*|RemoteError|)$/);
      }
    }
  });
});

describe('the real upload-pack', () => {
  afterAll(removeTempDirs);

  describe.each(['sha1', 'sha256'] as const)('of a %s repository', (objectFormat) => {
    let path: string;
    let dir: string;
    let tip: string;
    beforeAll(() => {
      dir = makeTempDir('upload-pack');
      path = makeRepository(dir, objectFormat);
      tip = gitOut(path, ['rev-parse', 'main']).toString().trim();
    });

    const ask = (request: Partial<FetchRequest>) => {
      const bytes = askUploadPack(
        path,
        encodeFetchRequest({
          objectFormat,
          agent: 'packmule/test',
          wants: [tip],
          done: true,
          ofsDelta: true,
          noProgress: true,
          ...request,
        }),
      );
      const decoder = new FetchResponseDecoder({ objectFormat, sidebandAll: request.sidebandAll ?? false });
      const events = decoder.push(bytes);
      decoder.finish();
      const pack = concatBytes(events.flatMap((event) => (event.type === 'pack-data' ? [event.data] : [])));
      return { events, pack, bytes };
    };

    test('loses nothing of the pack wherever it is cut', () => {
      const { bytes, pack } = ask({});
      for (const cut of Array.from({ length: 300 }, (_, n) => Math.floor((bytes.length * n) / 300))) {
        const decoder = new FetchResponseDecoder({ objectFormat });
        const chunks = cutAt(bytes.subarray(0, cut), [Math.floor(cut / 3), Math.floor(cut / 2)]);
        const events = chunks.flatMap((chunk) => decoder.push(chunk));
        const whole = events.flatMap((event) => (event.type === 'pack-data' ? [event.data] : []));
        const came = concatBytes([...whole, decoder.takeCutPackData()]);
        expect(came).toEqual(pack.subarray(0, came.length));
        // Besides the pack there are lines of text, and five bytes before each packet of at most 8 KiB and a little.
        expect(came.length).toBeGreaterThan(cut * 0.99 - 200);
      }
    });

    test('sends a pack that git indexes', () => {
      const { pack, bytes } = ask({});
      const into = makeTempDir('index');
      gitOut(into, ['init', '-q', '--bare', `--object-format=${objectFormat}`, '.']);
      gitOut(into, ['index-pack', '--stdin', '--fix-thin'], pack);
      expect(runGit(into, ['cat-file', '-t', tip]).stdout.toString()).toBe('commit\n');
      expect(decode([bytes], { objectFormat })).toMatchObject({ complete: true });
    });

    test('answers depth, wanted refs, filters and haves', () => {
      const { events } = ask({
        deepen: 2,
        wants: [],
        wantRefs: ['refs/heads/main'],
        filter: 'blob:none',
        includeTag: true,
      });
      const types = events.map((event) => event.type);
      expect(types).toContain('shallow');
      expect(events).toContainEqual({ type: 'wanted-ref', oid: tip, name: 'refs/heads/main' });
      const parent = gitOut(path, ['rev-parse', 'main~5']).toString().trim();
      const negotiated = ask({ haves: [parent], done: false, thinPack: true });
      expect(negotiated.events).toContainEqual({ type: 'acknowledgment', kind: 'ack', oid: parent });
      expect(negotiated.events).toContainEqual({ type: 'acknowledgment', kind: 'ready' });
      expect(negotiated.events.at(-1)).toEqual({ type: 'end' });
    });

    test('refuses an object nobody has, in words', () => {
      const missing = 'd'.repeat(tip.length);
      const { stdout } = runGit(
        path,
        ['upload-pack', '--stateless-rpc', path],
        encodeFetchRequest({ objectFormat, agent: null, wants: [missing], done: true, ofsDelta: true }),
        { GIT_PROTOCOL: 'version=2' },
      );
      const decoder = new FetchResponseDecoder({ objectFormat });
      expect(decoder.push(stdout)).toEqual([
        { type: 'remote-error', text: `upload-pack: not our ref ${missing}` },
      ]);
    });

    test('multiplexes everything when asked and allowed', () => {
      gitOut(path, ['config', 'uploadpack.allowSidebandAll', 'true']);
      const { events, pack } = ask({ sidebandAll: true });
      expect(events.at(-1)).toEqual({ type: 'end' });
      expect(textOf(pack.subarray(0, 4))).toBe('PACK');
    });
  });
});
