/** Sizes and rates in binary units, as git prints them (KiB, MiB, GiB). */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1536` → `1.5 KiB`. One decimal from KiB on, none for bytes; never four digits before the decimal point. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 1023.95 would be rounded to "1024.0", hence not 1024 here.
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value).toString() : value.toFixed(1)} ${units[unit] ?? 'B'}`;
}

/** `4300000` → `4.1 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}
