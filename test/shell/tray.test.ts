import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TrayAction } from '../../main/shell/tray-menu.ts';
import { createTray, trayIconFile } from '../../main/shell/tray.ts';
import { control, nativeTheme, resetDouble } from '../support/electron-double.ts';
import { boardOf, jobView, totalsView } from './job-view.ts';

beforeEach(resetDouble);
const icons = fileURLToPath(new URL('../../resources/tray/', import.meta.url));

describe('tray icons', () => {
  it('are drawn for every platform, state and theme, in both sizes', () => {
    for (const platform of ['darwin', 'linux', 'win32'] as const) {
      for (const state of ['idle', 'active', 'paused', 'problem'] as const) {
        for (const dark of [true, false]) {
          const file = icons + trayIconFile(platform, state, dark);
          expect([existsSync(file), existsSync(file.replace('.png', '@2x.png'))], file).toEqual([true, true]);
        }
      }
    }
  });
});

describe('createTray', () => {
  it('shows state, tip and menu, and touches them only when they change', () => {
    const acts: TrayAction[] = [];
    const icon = createTray({ platform: 'win32', iconsFolder: '/t', act: (action) => acts.push(action) });
    const [tray] = control.trays;
    const board = boardOf(jobView({ id: 'git', fraction: 0.5 }));
    icon.show(board, totalsView({ rateBytesPerSecond: 1000 }));
    expect(tray?.image).toEqual({ path: '/t/active-on-light.png' });
    expect(tray?.toolTip).toBe('Packmule · 1 active, 1.0 kB/s');
    const menu = tray?.menu;
    expect(menu?.map((item) => item.label ?? item.type)).toContain('git  50 %');
    icon.show(board, totalsView({ rateBytesPerSecond: 2000 }));
    expect(tray?.menu).toBe(menu);
    expect(tray?.toolTip).toBe('Packmule · 1 active, 2.0 kB/s');
    menu?.find((item) => item.label === 'git  50 %')?.click?.({} as never, undefined, {});
    tray?.emit('click');
    expect(acts).toEqual([{ kind: 'select', jobId: 'git' }, { kind: 'open' }]);
  });
  it('follows the theme of the bar', () => {
    const icon = createTray({ platform: 'win32', iconsFolder: '/t', act: () => undefined });
    nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
    nativeTheme.emit('updated');
    expect(control.trays[0]?.image).toEqual({ path: '/t/idle-on-dark.png' });
    nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = false;
    icon.destroy();
    expect(nativeTheme.eventNames()).toEqual([]);
  });
});
