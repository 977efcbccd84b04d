import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineReader, LineError } from '../../main/api/lines.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('lines', () => {
  it('are the same values however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.nat(40), { maxLength: 50 }),
        (values, cuts) => {
          const sent = bytes(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
          const read = createLineReader(1_000_000);
          const got: unknown[] = [];
          let start = 0;
          for (const length of cuts) {
            got.push(...read(sent.subarray(start, start + length)));
            start = Math.min(sent.length, start + length);
          }
          got.push(...read(sent.subarray(start)));
          expect(JSON.stringify(got)).toBe(JSON.stringify(values));
        },
      ),
    );
  });

  it('are whole when they come byte by byte, and wait for their end', () => {
    const read = createLineReader(100);
    const got: unknown[] = [];
    for (const byte of bytes('{"a":"é😀"}\n[1')) got.push(...read(Uint8Array.of(byte)));
    expect(got).toEqual([{ a: 'é😀' }]);
    expect(read(bytes(']\n'))).toEqual([[1]]);
  });

  it('may be as long as the limit and no longer, in one piece or in many', () => {
    const longest = `"${'x'.repeat(8)}"`;
    expect(createLineReader(10)(bytes(`${longest}\n${longest}\n`))).toHaveLength(2);
    expect(() => createLineReader(10)(bytes(`"${'x'.repeat(9)}"\n`))).toThrow(LineError);
    const read = createLineReader(10);
    for (const byte of bytes(longest)) read(Uint8Array.of(byte));
    expect(() => read(bytes('x'))).toThrow(LineError);
  });

  it.each(['\n', '{\n', 'x\n', '{"a":1}}\n', '\ufeff \n'])('that are not JSON are an error: %j', (text) => {
    expect(() => createLineReader(100)(bytes(text))).toThrow(LineError);
  });

  it('that are not UTF-8 are an error', () => {
    expect(() => createLineReader(100)(Uint8Array.of(0x22, 0xc3, 0x28, 0x22, 0x0a))).toThrow(LineError);
  });
});
