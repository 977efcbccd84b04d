import { describe, expect, it } from 'vitest';
import type { SpoolFile } from '../../../main/engine/ports.ts';
import { receivePack } from '../../../main/engine/transfer/index.ts';
import { concatBytes, encodePktLine, flushPkt } from '../../../main/git/index.ts';

const mebibyte = 1024 * 1024;

/** A spool that remembers what it was asked. */
function createSpool() {
  const spool = { lengthBytes: 0, durableBytes: 0, syncs: 0 };
  const file: SpoolFile = {
    get lengthBytes() {
      return spool.lengthBytes;
    },
    get durableBytes() {
      return spool.durableBytes;
    },
    append: (chunk) => Promise.resolve(void (spool.lengthBytes += chunk.length)),
    sync: () => {
      spool.syncs++;
      spool.durableBytes = spool.lengthBytes;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { spool, file };
}

const packLine = (bytes: Uint8Array) => encodePktLine(concatBytes([Uint8Array.of(1), bytes]));
const head = encodePktLine('packfile\n');
const packHeader = Uint8Array.from([0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2, 0, 0, 0, 7]);

async function* mebibytes(
  count: number,
  each: () => void,
  ...last: Uint8Array[]
): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield concatBytes([head, packLine(packHeader)]);
  for (let n = 0; n < count; n++) {
    each();
    for (let part = 0; part < 32; part++) yield packLine(new Uint8Array(mebibyte / 32));
  }
  yield* last;
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function receive(answer: AsyncIterable<Uint8Array>, keepsSpool: boolean, nowMs: () => number) {
  const { spool, file } = createSpool();
  const heard: number[] = [];
  const result = receivePack(answer, {
    spool: file,
    sink: { write: () => Promise.resolve() },
    listener: {
      onBytes: () => {},
      onObjectCount: (objects) => heard.push(objects),
    },
    host: 'h',
    objectFormat: 'sha1',
    clock: { monotonicMs: nowMs },
    keepsSpool,
  });
  return { spool, heard, result };
}

describe('an answer on its way to the disk', () => {
  it('is counted, and told by its header', async () => {
    const { result, heard } = receive(
      mebibytes(1, () => {}, flushPkt),
      true,
      () => 0,
    );
    expect(await result).toMatchObject({ packBytes: mebibyte + 12, objects: 7 });
    expect(heard).toEqual([7]);
  });

  it('tells the boundary, and is not read on before that is kept', async () => {
    const oid = 'a'.repeat(40);
    const { file } = createSpool();
    const order: string[] = [];
    async function* answer(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      yield encodePktLine('shallow-info\n');
      yield concatBytes([encodePktLine(`shallow ${oid}\n`), Uint8Array.from([0x30, 0x30, 0x30, 0x31])]);
      yield concatBytes([head, packLine(packHeader), flushPkt]);
    }
    await receivePack(answer(), {
      spool: file,
      sink: { write: () => Promise.resolve(void order.push('pack')) },
      listener: {
        onBytes: () => {},
        onObjectCount: () => {},
        onBoundary: async (shallow) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          order.push(...shallow);
        },
      },
      host: 'h',
      objectFormat: 'sha1',
      clock: { monotonicMs: () => 0 },
      keepsSpool: true,
    });
    expect(order).toEqual([oid, 'pack']);
  });

  it('is synced each 8 MiB where these take a second or more', async () => {
    let ms = 0;
    const { spool, result } = receive(
      mebibytes(33, () => (ms += 1_000), flushPkt),
      false,
      () => ms,
    );
    await result;
    expect(spool.syncs).toBe(4);
    expect(spool.lengthBytes - spool.durableBytes).toBeLessThanOrEqual(8 * mebibyte);
  });

  it('is synced once a second where much more comes in one', async () => {
    let ms = 0;
    const { spool, result } = receive(
      mebibytes(100, () => (ms += 20), flushPkt),
      false,
      () => ms,
    );
    await result;
    expect(spool.syncs).toBeGreaterThanOrEqual(1);
    expect(spool.syncs).toBeLessThanOrEqual(2);
  });

  it('is durable to the last byte when it becomes the pack itself, and when it was cut', async () => {
    const whole = receive(
      mebibytes(1, () => {}, flushPkt),
      true,
      () => 0,
    );
    await whole.result;
    expect(whole.spool.durableBytes).toBe(mebibyte + 12);

    const cut = receive(
      mebibytes(1, () => {}),
      false,
      () => 0,
    );
    await expect(cut.result).rejects.toThrow(expect.objectContaining({ code: 'connection-lost' }));
    expect(cut.spool.durableBytes).toBe(mebibyte + 12);
  });

  it('is kept to the last byte that came, also within a packet', async () => {
    const answer = concatBytes([head, packLine(packHeader), packLine(new Uint8Array(5_000)), flushPkt]);
    const packetsAt = head.length;
    for (const end of [
      packetsAt + 3,
      packetsAt + 4,
      packetsAt + 5,
      packetsAt + 9,
      answer.length - 1_000,
      answer.length - 5,
    ]) {
      const { spool, result } = receive(pieces(answer.subarray(0, end), 700), true, () => 0);
      await expect(result).rejects.toMatchObject({ code: 'connection-lost' });
      // Before each packet's bytes stand its length and its band.
      const first = Math.min(12, Math.max(0, end - packetsAt - 5));
      const second = Math.max(0, Math.min(5_000, end - packetsAt - 5 - 12 - 5));
      expect(spool.lengthBytes, `${end} bytes came`).toBe(first + second);
      expect(spool.durableBytes).toBe(spool.lengthBytes);
    }
  });

  it("ends with the server's words where it has some", async () => {
    const error = encodePktLine(
      concatBytes([Uint8Array.of(3), new TextEncoder().encode('out of \u001b[31mmemory')]),
    );
    const { result } = receive(
      mebibytes(0, () => {}, error),
      true,
      () => 0,
    );
    await expect(result).rejects.toThrow(expect.objectContaining({ code: 'remote-refused' }));
    await expect(result).rejects.toThrow(/out of/);
  });
});
