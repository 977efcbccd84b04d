/** Durations for people: the two largest units that matter, never a false precision. */

/** Seconds → `8 s`, `3 min`, `1 h 20 min`, `2 d 3 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** As `formatDuration`, but with seconds up to ten minutes: for measured times, which are exact. */
export function formatElapsed(seconds: number): string {
  if (seconds > 0 && seconds < 0.05) return '< 0.1 s';
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60 || whole >= 600) return formatDuration(whole);
  return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Whole seconds from `nowMs` to `atMs`, never negative; a started second counts. */
export function secondsUntil(atMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}
