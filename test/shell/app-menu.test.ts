import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { appMenuTemplate } from '../../main/shell/app-menu.ts';

const menu = (platform: NodeJS.Platform, development = false, newClone = () => undefined) =>
  appMenuTemplate({ platform, development, newClone, openHelp: () => undefined });
const all = (items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
const roles = (items: MenuItemConstructorOptions[]) => all(items).map((item) => item.role);

describe('appMenuTemplate', () => {
  it('has the edit menu everywhere, the application menu on macOS, quit elsewhere', () => {
    for (const platform of ['darwin', 'linux', 'win32'] as const)
      expect(roles(menu(platform))).toContain('editMenu');
    expect(roles(menu('darwin'))[0]).toBe('appMenu');
    expect(roles(menu('darwin'))).not.toContain('quit');
    expect(roles(menu('linux'))).toContain('quit');
  });
  it('has developer tools only while developing', () => {
    expect(roles(menu('linux'))).not.toContain('toggleDevTools');
    expect(roles(menu('linux', true))).toContain('toggleDevTools');
  });
  it('opens the form for a new clone', () => {
    let opened = 0;
    const item = all(menu('linux', false, () => void (opened += 1))).find(
      (one) => one.accelerator === 'CmdOrCtrl+N',
    );
    item?.click?.({} as never, undefined, {});
    expect(opened).toBe(1);
  });
});
