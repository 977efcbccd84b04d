import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  concatBytes,
  decodePktLine,
  encodePktLine,
  flushPkt,
  LocalProtocolError,
  PktLineReader,
  RemoteProtocolError,
  type Packet,
} from '../../main/git/index.ts';
import { bytesOf, fedValue, feedEveryWay, textOf } from '../support/feed.ts';
import { delimiter, flush, packets, responseEnd } from './packets.ts';
import { threadMs } from '../support/thread-time.ts';

function readAll(chunks: readonly Uint8Array[]): { packets: string[]; rest: string } {
  const reader = new PktLineReader();
  const seen: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let packet = reader.next(); packet !== null; packet = reader.next()) seen.push(shown(packet));
  }
  return { packets: seen, rest: textOf(reader.takeRest()) };
}

function shown(packet: Packet): string {
  return packet.kind === 'data' ? `data:${textOf(packet.payload)}` : packet.kind;
}

describe('decodePktLine', () => {
  test.each([
    ['0000', { kind: 'flush', consumed: 4 }],
    ['0001', { kind: 'delimiter', consumed: 4 }],
    ['0002', { kind: 'response-end', consumed: 4 }],
    ['', { kind: 'incomplete', missing: 4 }],
    ['000', { kind: 'incomplete', missing: 1 }],
    ['0009ab', { kind: 'incomplete', missing: 3 }],
    ['fff0', { kind: 'incomplete', missing: 65516 }],
    ['0004', { kind: 'data', payload: new Uint8Array(0), consumed: 4 }],
    ['0006a\nrest', { kind: 'data', payload: bytesOf('a\n'), consumed: 6 }],
    ['000Babcdefg', { kind: 'data', payload: bytesOf('abcdefg'), consumed: 11 }],
  ])('%j', (text, expected) => {
    expect(decodePktLine(bytesOf(text))).toEqual(expected);
  });

  test('begins where it is told', () => {
    expect(decodePktLine(bytesOf('xx0005y'), 2)).toEqual({
      kind: 'data',
      payload: bytesOf('y'),
      consumed: 5,
    });
  });

  // Verdicts of git 2.39 (pkt-line.c); fff1 is refused by us alone, since no git sends it.
  test.each([
    '0003',
    'fff1',
    'ffff',
    '00g5',
    '+00a',
    ' 0ax',
    '-001',
    '0x0a',
    'PACK',
    '<htm',
    '\0\0\0\0',
    '\xff\xff\xff\xff',
  ])('refuses the length %j, however it arrives', (text) => {
    expect(() => decodePktLine(bytesOf(text))).toThrow(RemoteProtocolError);
    expect(feedEveryWay(packets('before', { raw: text }, 'after'), readAll)).toMatchObject({
      reason: 'pkt-line',
    });
  });
});

describe('PktLineReader', () => {
  test('gives the same packets for every way of cutting, and what is left over', () => {
    const message = packets(
      'version 2\n',
      '',
      flush,
      'x'.repeat(100),
      delimiter,
      responseEnd,
      { raw: '000Bsame' },
      { raw: '!!!' },
    );
    expect(fedValue(concatBytes([message, bytesOf('00ffand more')]), readAll)).toEqual({
      packets: [
        'data:version 2\n',
        'data:',
        'flush',
        `data:${'x'.repeat(100)}`,
        'delimiter',
        'response-end',
        'data:same!!!',
      ],
      rest: '00ffand more',
    });
  });

  test('takes the longest packet git may send', () => {
    const message = packets('y'.repeat(65_516));
    expect(textOf(message.subarray(0, 4))).toBe('fff0');
    expect(fedValue(message, (chunks) => readAll(chunks).packets[0]?.length)).toBe(65_516 + 'data:'.length);
  });

  test('does not copy a packet that lies whole in a chunk', () => {
    const chunk = packets('hello', 'there');
    const reader = new PktLineReader();
    reader.push(chunk);
    const packet = reader.next();
    expect(packet?.kind === 'data' && packet.payload.buffer === chunk.buffer).toBe(true);
  });

  test('counts what it holds', () => {
    const reader = new PktLineReader();
    reader.push(bytesOf('0006'));
    expect([reader.next(), reader.buffered]).toEqual([null, 4]);
    reader.push(bytesOf('ab00'));
    expect([reader.next() !== null, reader.buffered]).toEqual([true, 2]);
    expect([reader.next(), reader.buffered]).toEqual([null, 2]);
  });

  test('property: what is encoded comes back, in any pieces', () => {
    const payloads = fc.array(fc.oneof(fc.constant(null), fc.uint8Array({ maxLength: 300 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(payloads, fc.array(fc.nat(400), { maxLength: 30 }), (sent, sizes) => {
        const bytes = concatBytes(
          sent.map((payload) => (payload === null ? flushPkt : encodePktLine(payload))),
        );
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) chunks.push(bytes.slice(at, (at += size)));
        chunks.push(bytes.slice(at));
        expect(readAll(chunks)).toEqual({
          packets: sent.map((payload) => (payload === null ? 'flush' : `data:${textOf(payload)}`)),
          rest: '',
        });
      }),
      { numRuns: 300 },
    );
  });

  test('property: no bytes make it do anything but answer, wait or refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        feedEveryWay(bytes, readAll);
      }),
      { numRuns: 300 },
    );
  });

  // Sanity, not a benchmark: a copy of the buffer per packet would take minutes here.
  test('reads 256 MB of large packets, cut askew, in a moment', () => {
    const packet = encodePktLine(new Uint8Array(65_515).fill(7));
    const stream = concatBytes(Array.from({ length: 32 }, () => packet));
    const reader = new PktLineReader();
    let bytes = 0;
    const start = threadMs();
    for (let round = 0; round < 128; round++) {
      for (let at = 0; at < stream.length; at += 65_536) {
        reader.push(stream.subarray(at, at + 65_536));
        for (let next = reader.next(); next !== null; next = reader.next()) {
          if (next.kind === 'data') bytes += next.payload.length;
        }
      }
    }
    expect(bytes).toBe(128 * 32 * 65_515);
    expect(threadMs() - start).toBeLessThan(3000);
  });

  test('stays linear when many chunks wait at once', () => {
    const reader = new PktLineReader();
    const start = threadMs();
    for (let i = 0; i < 300_000; i++) reader.push(bytesOf('0005x'));
    let packetsSeen = 0;
    while (reader.next() !== null) packetsSeen++;
    expect(packetsSeen).toBe(300_000);
    expect(threadMs() - start).toBeLessThan(5000);
  });
});

describe('encodePktLine', () => {
  test('refuses what does not fit', () => {
    expect(() => encodePktLine(new Uint8Array(65_517))).toThrow(LocalProtocolError);
  });
});
