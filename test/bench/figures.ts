/** Figures for people. */

export interface Row {
  figure: string;
  ours: string;
  git: string;
  result: string;
  /** Null for what is only told. */
  met: boolean | null;
}

/** What is to be reached, and how it is written. */
export interface Target {
  max: number;
  show: (value: number) => string;
}

export const percent = (part: number): string => `${(part * 100).toFixed(2)} %`;
export const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
export const share = (ratio: number): string => ratio.toFixed(3);
export const seconds = (value: number): string => `${value.toFixed(2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A figure beside its target; what could not be measured (NaN) has not reached it. */
export function judged(figure: string, value: number, target: Target, git = '–', ours?: string): Row {
  const said = Number.isNaN(value) ? 'not measured' : target.show(value);
  return {
    figure,
    ours: ours ?? said,
    git,
    result: `${ours === undefined ? '' : `${said} `}(target ≤ ${target.show(target.max)})`,
    met: value <= target.max,
  };
}

/** A figure without a target. */
export function told(figure: string, ours: string, git = '–', result = ''): Row {
  return { figure, ours, git, result, met: null };
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** A Markdown table, readable in a terminal too. */
export function table(rows: readonly Row[]): string {
  const met = (row: Row) => (row.met === null ? '' : row.met ? 'yes' : 'NO');
  const cells = [
    ['figure', 'Packmule', 'git', 'result', 'met'],
    ...rows.map((row) => [row.figure, row.ours, row.git, row.result, met(row)]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
