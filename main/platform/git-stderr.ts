/** How much of git's standard error is kept. */
const tailBytesMax = 64 * 1024;
/** A line longer than this is not progress but nonsense; it is passed on in pieces. */
const lineCharsMax = 64 * 1024;
/** How much of it a failure carries. */
const detailCharsMax = 4096;

/** Takes git's standard error as it comes: keeps the end, and says each line (or CR-terminated progress update). */
export class StderrReader {
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #decoder = new TextDecoder();
  #tail = Buffer.alloc(0);
  #line = '';

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const tail = Buffer.concat([this.#tail, chunk]);
    this.#tail = tail.byteLength > tailBytesMax ? Buffer.from(tail.subarray(-tailBytesMax)) : tail;
    if (!this.#onLine) return;
    this.#line += this.#decoder.decode(chunk, { stream: true });
    const lines = this.#line.split(/[\r\n]/);
    this.#line = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#onLine(line);
    if (this.#line.length > lineCharsMax) this.end();
  }

  /** What came after the last line's end is a line too. */
  end(): void {
    const line = this.#line + this.#decoder.decode();
    this.#line = '';
    if (line !== '') this.#onLine?.(line);
  }

  get text(): string {
    return this.#tail.toString('utf8');
  }
}

/** The part of standard error a person should read: the last lines, without overwritten progress and control bytes. */
export function stderrDetail(stderr: string): string {
  return stderr
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
    .map((line) =>
      line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ''),
    )
    .filter((line) => line.trim() !== '')
    .join('\n')
    .slice(-detailCharsMax);
}
