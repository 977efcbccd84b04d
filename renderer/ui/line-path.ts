/** The lines of small graphs, as SVG path data. */

/**
 * A line through `values` (oldest first), right-aligned in a box of `width` × `height`; with fewer values than
 * `slots` it starts further right. `top` is the value at the upper edge.
 */
export function linePath(
  values: readonly number[],
  box: { width: number; height: number; slots: number; top: number },
): string {
  const shown = values.slice(-box.slots);
  const step = box.width / Math.max(1, box.slots - 1);
  const start = box.width - (shown.length - 1) * step;
  return shown
    .map((value, index) => {
      const x = start + index * step;
      const y = box.height - (Math.min(value, box.top) / box.top) * box.height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** The same line closed down to the lower edge, to be filled. */
export function areaPath(values: readonly number[], box: Parameters<typeof linePath>[1]): string {
  const line = linePath(values, box);
  if (line === '') return '';
  const first = /^M([\d.]+)/.exec(line)?.[1] ?? '0';
  return `${line}L${box.width.toFixed(1)} ${box.height}L${first} ${box.height}Z`;
}

/** The least of 1, 2, 5 × 2^10n that is not below `peak`, so that the scale of a graph does not change with every value. */
export function scaleTop(peak: number): number {
  let unit = 1;
  while (peak >= unit * 1000) unit *= 1024;
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024]) if (peak <= step * unit) return step * unit;
  return 1024 * unit;
}
