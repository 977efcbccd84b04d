import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchOutputReader } from '../../../main/git/object/batch-output.ts';

const output = Buffer.concat([
  Buffer.from(`${'a'.repeat(40)} blob 5\nhel\no\n`),
  Buffer.from(`${'b'.repeat(40)} missing\n`),
  Buffer.from(`${'c'.repeat(40)} tree 0\n\n`),
  Buffer.from(`${'d'.repeat(40)} commit 100000\n${'x'.repeat(100_000)}\n`),
]);

function read(chunks: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const reader = new BatchOutputReader(({ oid, type, body }) => {
    lines.push(`${oid[0]} ${type} ${Buffer.from(body).toString().slice(0, 6)} ${body.length}`);
  });
  for (const chunk of chunks) reader.push(chunk);
  return lines;
}

describe('output of git cat-file --batch', () => {
  const whole = ['a blob hel\no 5', 'c tree  0', 'd commit xxxxxx 100000'];

  it('is read in any pieces', () => {
    expect(read([output])).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: output.length }), { maxLength: 30 }), (cuts) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), output.length];
        expect(read(places.slice(1).map((end, i) => output.subarray(places[i], end)))).toEqual(whole);
      }),
    );
  });

  it.each([
    'fatal: not a git repository',
    'fatal:',
    '',
    `${'a'.repeat(40)} blob`,
    `${'a'.repeat(40)} blob `,
    `${'a'.repeat(40)} blob 1x`,
    `${'a'.repeat(40)} blob 99999999999999999999`,
    `${'a'.repeat(40)} ambiguous`,
    `${'a'.repeat(40)} submodule 12`,
  ])("is refused when it is somebody else's: %s", (line) => {
    expect(() => read([Buffer.from(`${line}\n`)])).toThrow(expect.objectContaining({ reason: 'object' }));
  });
});
