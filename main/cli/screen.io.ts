/** A block of lines at the end of a terminal that is redrawn in place. */

import { columnsOf } from './text.ts';

export const framesPerSecondMax = 10;

export interface Screen {
  /** Shows these lines in place of the last ones; at most ten times a second, the newest wins. */
  show(draw: (columns: number) => string[]): void;
  /** Writes lines above the block, for good. */
  writeAbove(lines: readonly string[]): void;
  /** Leaves the block as it is, its newest state shown, and the cursor below it. */
  leave(): void;
  /** Takes the block away, as if it had not been there. */
  clear(): void;
}

const sgrPattern = /\u001b\[[0-9;]*m/g;

export function createScreen(terminal: NodeJS.WriteStream): Screen {
  let shown: string[] = [];
  let pending: ((columns: number) => string[]) | null = null;
  let timer: NodeJS.Timeout | null = null;
  let drawnAtMs = 0;

  const columns = (): number => Math.max(20, terminal.columns || 80);

  /** Back to the block's first column. A terminal made narrower since has wrapped our lines into more rows. */
  const toTop = (): string => {
    const width = columns();
    const rows = shown.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line.replace(sgrPattern, '')) / width)),
      0,
    );
    // Cursor up, then erase to the end of the screen (ECMA-48 CUU, ED).
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  };

  const draw = (above: readonly string[] = []): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const lines = pending === null ? shown : pending(columns());
    drawnAtMs = performance.now();
    if (above.length === 0 && lines.length === shown.length && lines.every((line, i) => line === shown[i]))
      return;
    // One write per frame, so that no half of it is seen.
    terminal.write(toTop() + [...above, ...lines].map((line) => `${line}\n`).join(''));
    shown = lines;
  };

  const onResize = (): void => {
    // What is there may have been wrapped anew by the terminal: draw it also if it reads the same.
    if (pending === null) return;
    terminal.write(toTop());
    shown = [];
    draw();
  };
  const finish = (): void => {
    terminal.off('resize', onResize);
    if (timer !== null) clearTimeout(timer);
    timer = null;
    pending = null;
    shown = [];
  };

  return {
    show(next) {
      if (pending === null) terminal.on('resize', onResize);
      pending = next;
      const waitMs = drawnAtMs + 1000 / framesPerSecondMax - performance.now();
      if (waitMs <= 0) draw();
      else timer ??= setTimeout(draw, waitMs);
    },
    writeAbove: (lines) => draw(lines),
    leave() {
      if (pending !== null) draw();
      finish();
    },
    clear() {
      if (shown.length > 0) terminal.write(toTop());
      finish();
    },
  };
}
