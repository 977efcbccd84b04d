import { expect, test } from 'vitest';
import { PacketFrames } from '../../../main/engine/remote/packet-frames.ts';
import {
  concatBytes,
  delimiterPkt,
  encodePktLine,
  flushPkt,
  RemoteProtocolError,
} from '../../../main/git/index.ts';

const message = concatBytes([
  encodePktLine('packfile\n'),
  encodePktLine('0000'),
  delimiterPkt,
  encodePktLine(new Uint8Array(65_000).fill(0x30)),
  encodePktLine(''),
  flushPkt,
]);

test.each([1, 2, 3, 4, 5, 7, 1000, 65_003, message.length])('finds the end in chunks of %d bytes', (size) => {
  const frames = new PacketFrames();
  let taken = 0;
  for (let at = 0; at < message.length; at += size) {
    if (frames.complete) expect.fail(`it ended after ${at} bytes`);
    taken += frames.take(message.subarray(at, at + size));
  }
  expect(taken).toBe(message.length);
  expect(frames.complete).toBe(true);
});

test.each([0, 1, 2, 3, 4, 500])('leaves what follows, %d bytes before the end of a chunk', (held) => {
  const frames = new PacketFrames();
  const after = new TextEncoder().encode('000eversion 2\n');
  const cut = message.length - held;
  expect(frames.take(message.subarray(0, cut))).toBe(cut);
  expect(frames.take(concatBytes([message.subarray(cut), after]))).toBe(held);
  expect(frames.complete).toBe(true);
  expect(frames.take(after), 'after the end nothing is taken').toBe(0);
});

test.each(['hello', '0003', 'fff5', '-001'])('refuses %s as a length', (text) => {
  expect(() => new PacketFrames().take(new TextEncoder().encode(text))).toThrow(RemoteProtocolError);
});
