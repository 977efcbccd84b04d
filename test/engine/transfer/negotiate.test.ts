import { describe, expect, it } from 'vitest';
import type { AnswerBytes, GitConnection } from '../../../main/engine/remote/index.ts';
import { negotiate, withAnswer } from '../../../main/engine/transfer/index.ts';
import { concatBytes, delimiterPkt, encodePktLine, flushPkt } from '../../../main/git/index.ts';

const id = (n: number) => n.toString(16).padStart(40, '0');

/** Answers each request as told, a few bytes at a time, and keeps what was asked. */
function connectionOf(answers: (haves: string[], round: number) => Uint8Array[]) {
  const asked: string[][] = [];
  async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 7) yield await Promise.resolve(bytes.subarray(at, at + 7));
  }
  const connection: GitConnection = {
    advertisement: () => expect.fail('nobody asks for refs here'),
    request(body): Promise<AnswerBytes> {
      const haves = [...new TextDecoder().decode(body).matchAll(/have ([0-9a-f]{40})/g)].map(
        ([, oid]) => oid ?? '',
      );
      asked.push(haves);
      return Promise.resolve(pieces(concatBytes(answers(haves, asked.length))));
    },
    requestsAtOnce: 1,
    wireBytes: 0,
    uploadedBytes: 0,
    requests: 0,
    close: () => Promise.resolve(),
  };
  return { connection, asked };
}

async function* idsOf(count: number): AsyncGenerator<string> {
  for (let n = 1; n <= count; n++) yield await Promise.resolve(id(n));
}

const line = (text: string) => encodePktLine(`${text}\n`);
const nak = [line('acknowledgments'), line('NAK'), flushPkt];
const run = (connection: GitConnection, count: number) =>
  negotiate({
    connection,
    request: { objectFormat: 'sha1', agent: null, wants: [id(99_999)], ofsDelta: true },
    haves: idsOf(count),
    host: 'example.org',
    signal: new AbortController().signal,
  });

describe('what both sides have', () => {
  it('is said at once where little is here', async () => {
    const { connection, asked } = connectionOf(() => []);
    expect(await run(connection, 3)).toEqual({ haves: [id(1), id(2), id(3)], answer: null });
    expect(asked).toEqual([]);
  });

  it('is found in rounds that grow and repeat what was acknowledged', async () => {
    const packed = [line('packfile'), encodePktLine(new Uint8Array([1, 0x50, 0x41])), flushPkt];
    const { connection, asked } = connectionOf((haves, round) => {
      if (round === 1) return nak;
      if (round === 2) return [line('acknowledgments'), line(`ACK ${id(30)}`), flushPkt];
      return [line('acknowledgments'), line(`ACK ${haves[0] ?? ''}`), line('ready'), delimiterPkt, ...packed];
    });
    const { answer } = await run(connection, 1_000);
    expect(asked.map((haves) => haves.length)).toEqual([16, 32, 65]);
    expect(asked[2]?.[0]).toBe(id(30));
    // The pack is read from the beginning of that answer, by whoever asks next.
    const chunks: Uint8Array[] = [];
    const handed = withAnswer(connection, answer ?? expect.fail('the server was ready'));
    for await (const chunk of await handed.request(new Uint8Array(), new AbortController().signal))
      chunks.push(chunk);
    const whole = new TextDecoder().decode(concatBytes(chunks));
    expect(whole).toContain('acknowledgments');
    expect(whole.endsWith('PA0000')).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('is given up when the server has long known nothing more', async () => {
    const { connection, asked } = connectionOf((_, round) =>
      round === 1 ? [line('acknowledgments'), line(`ACK ${id(5)}`), flushPkt] : nak,
    );
    const { haves, answer } = await run(connection, 100_000);
    expect(answer).toBeNull();
    expect(haves[0]).toBe(id(5));
    expect(asked.length).toBeLessThan(6);
  });

  it('is the server’s to refuse, in its words', async () => {
    const { connection } = connectionOf(() => [line('ERR upload-pack: not our ref')]);
    await expect(run(connection, 100)).rejects.toMatchObject({
      code: 'remote-refused',
      facts: { host: 'example.org', detail: 'upload-pack: not our ref' },
    });
  });

  it('cannot be told from an answer that was cut', async () => {
    const { connection } = connectionOf(() => [line('acknowledgments'), line('NAK')]);
    await expect(run(connection, 100)).rejects.toMatchObject({ code: 'connection-lost' });
  });
});
