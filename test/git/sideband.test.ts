import { describe, expect, test } from 'vitest';
import { decodeSideband, RemoteProtocolError } from '../../main/git/index.ts';
import { errorPacketText, ProgressLines } from '../../main/git/sideband.ts';
import { bytesOf, cuttings, fedValue } from '../support/feed.ts';

describe('decodeSideband', () => {
  test('tells the three bands apart', () => {
    expect(decodeSideband(bytesOf('\x01PACK'))).toEqual({ band: 'pack', data: bytesOf('PACK') });
    expect(decodeSideband(bytesOf('\x02Counting'))).toEqual({ band: 'progress', data: bytesOf('Counting') });
    expect(decodeSideband(bytesOf('\x03no'))).toEqual({ band: 'error', data: bytesOf('no') });
    expect(decodeSideband(bytesOf('\x01'))).toEqual({ band: 'pack', data: new Uint8Array(0) });
  });

  test('refuses every other first byte, and none', () => {
    expect(() => decodeSideband(new Uint8Array(0))).toThrow(RemoteProtocolError);
    for (let band = 0; band < 256; band++) {
      if (band >= 1 && band <= 3) continue;
      expect(() => decodeSideband(Uint8Array.of(band, 65)), String(band)).toThrow(RemoteProtocolError);
    }
  });
});

describe('errorPacketText', () => {
  test('reads ERR packets, without what could act', () => {
    expect(errorPacketText(bytesOf('ERR access denied\n'))).toBe('access denied');
    expect(errorPacketText(bytesOf('ERR \x1b[2Jgone'))).toBe('gone');
    expect(errorPacketText(bytesOf('ERR '))).toBe('');
    for (const other of ['ERR', 'ERRx', 'err no', ' ERR no', 'ERROR no', ''])
      expect(errorPacketText(bytesOf(other))).toBeNull();
  });
});

describe('ProgressLines', () => {
  const linesOf = (chunks: readonly Uint8Array[]): string[] => {
    const progress = new ProgressLines();
    return [...chunks.flatMap((chunk) => progress.push(chunk)), ...progress.finish()];
  };

  test('puts lines together across packets, so that nothing cut in two slips through', () => {
    const text = new TextEncoder().encode('Zähle: 10%\rZähle: 100%, \x1b[1mfertig\x1b[0m.\n\n\r\nGesamt 3');
    expect(fedValue(text, linesOf)).toEqual(['Zähle: 10%', 'Zähle: 100%, fertig.', 'Gesamt 3']);
  });

  test('holds no more than a line of a server that never ends one', () => {
    const [line, ...more] = linesOf([...cuttings(new Uint8Array(200_000).fill(0x78))][0]?.chunks ?? []);
    expect(line?.length).toBe(4097);
    expect(more).toEqual([]);
  });
});
