/** What `npm start` decides without looking at the disk. Pure. */

/** Why there is no use in trying a window, or null. */
export function wantsBrowser(
  words: readonly string[],
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
): string | null {
  if (words.includes('--browser')) return 'the browser was asked for';
  const display = env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  return platform === 'linux' && !display
    ? 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)'
    : null;
}

export function fallbackSentence(why: string): string {
  return `Desktop window not opened: ${why}. Starting the same interface for your web browser instead.`;
}

/** Where the program may be within an Electron distribution. */
export function electronNames(platform: NodeJS.Platform): string[] {
  if (platform === 'win32') return ['electron.exe'];
  if (platform === 'darwin') return ['Electron.app/Contents/MacOS/Electron'];
  return ['electron'];
}

/** The line of a failed program's output that says why; its exit code where it said nothing. */
export function lastReason(said: string, code: number | null): string {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    // Neither stack frames nor the source line that Node prints above them.
    .filter((line) => line !== '' && !line.startsWith('at ') && !/^(\^|node:|Node\.js v)/.test(line));
  const telling = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
  if (telling === undefined) return code === null ? 'it was ended by a signal' : `exit code ${code}`;
  return telling.slice(0, 200).replace(/[.\s]+$/, '');
}
