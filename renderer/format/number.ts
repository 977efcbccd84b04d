/** Counts and shares. */

const grouped = new Intl.NumberFormat('en-GB');

/** `1234567` → `1,234,567`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/**
 * A fraction of 0…1 as whole per cent. Rounded down, so that 100 % is said only when everything is there, and at
 * least 0.
 */
export function formatPercent(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100 + 1e-9)} %`;
}

/** A fraction of 0…1 as per cent with one decimal: `99.8 %`. Rounded down; what is there, however little, is never `0 %`. */
export function formatShare(fraction: number): string {
  const tenths = Math.floor(Math.min(1, Math.max(0, fraction)) * 1000 + 1e-9);
  if (tenths === 0) return fraction > 0 ? '< 0.1 %' : '0 %';
  return tenths === 1000 ? '100 %' : `${(tenths / 10).toFixed(1)} %`;
}
