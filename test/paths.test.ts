import { expect, test } from 'vitest';
import { packmuleHome } from '../main/paths.ts';

const linux = { platform: 'linux', env: {}, homeDirectory: '/home/ada', workingDirectory: '/now' } as const;
const windows = {
  platform: 'win32',
  env: {},
  homeDirectory: 'C:\\Users\\Ada',
  workingDirectory: 'D:\\work',
} as const;

test.each([
  [{ ...linux }, null, '/home/ada/.local/share/packmule'],
  [{ ...linux, env: { XDG_DATA_HOME: '/data' } }, null, '/data/packmule'],
  // XDG Base Directory Specification: relative paths there are invalid and to be ignored.
  [{ ...linux, env: { XDG_DATA_HOME: 'data' } }, null, '/home/ada/.local/share/packmule'],
  [{ ...linux, env: { PACKMULE_HOME: 'here', XDG_DATA_HOME: '/data' } }, null, '/now/here'],
  [{ ...linux, env: { PACKMULE_HOME: '' } }, null, '/home/ada/.local/share/packmule'],
  [{ ...linux, env: { PACKMULE_HOME: '/h' } }, '../asked', '/asked'],
  [{ ...linux, platform: 'darwin' as const }, null, '/home/ada/Library/Application Support/Packmule'],
  [{ ...windows }, null, 'C:\\Users\\Ada\\AppData\\Roaming\\Packmule'],
  [{ ...windows, env: { APPDATA: 'E:\\Roaming' } }, null, 'E:\\Roaming\\Packmule'],
  [{ ...windows, env: { PACKMULE_HOME: 'here' } }, null, 'D:\\work\\here'],
])('%j asked %s: %s', (surroundings, asked, home) => {
  expect(packmuleHome(surroundings, asked)).toBe(home);
});
