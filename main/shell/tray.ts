/** The tray icon: Electron's side of tray-menu.ts. */

import { join } from 'node:path';
import { Menu, nativeImage, nativeTheme, Tray, type NativeImage } from 'electron';
import type { TotalsView } from '../contract/index.ts';
import type { JobBoard } from './job-board.ts';
import { trayMenu, trayState, trayToolTip, type TrayAction, type TrayState } from './tray-menu.ts';

export interface TrayParts {
  platform: NodeJS.Platform;
  /** Folder of the drawn icons. */
  iconsFolder: string;
  act(action: TrayAction): void;
}

export interface TrayIcon {
  show(board: JobBoard, totals: TotalsView | null): void;
  destroy(): void;
}

/** File of an icon. macOS colours template images by itself; elsewhere we choose by the theme of the bar. */
export function trayIconFile(platform: NodeJS.Platform, state: TrayState, darkBar: boolean): string {
  return platform === 'darwin' ? `${state}Template.png` : `${state}-${darkBar ? 'on-dark' : 'on-light'}.png`;
}

export function createTray(parts: TrayParts): TrayIcon {
  const images = new Map<string, NativeImage>();
  const imageOf = (state: TrayState): NativeImage => {
    // Linux desktops keep their panels dark in both themes, far more often than not.
    const dark = parts.platform === 'linux' || nativeTheme.shouldUseDarkColorsForSystemIntegratedUI;
    const file = trayIconFile(parts.platform, state, dark);
    const image = images.get(file) ?? nativeImage.createFromPath(join(parts.iconsFolder, file));
    images.set(file, image);
    return image;
  };

  let state: TrayState = 'idle';
  let toolTip = 'Packmule';
  let menuText = '';
  const tray = new Tray(imageOf(state));
  tray.setToolTip(toolTip);
  // Linux shows the menu on a click by itself and sends no click event on most desktops.
  tray.on('click', () => parts.act({ kind: 'open' }));
  const onTheme = (): void => tray.setImage(imageOf(state));
  nativeTheme.on('updated', onTheme);

  return {
    show: (board, totals) => {
      const nextState = trayState(board, totals?.held ?? false);
      if (nextState !== state) {
        state = nextState;
        tray.setImage(imageOf(state));
      }
      const nextTip = trayToolTip(board, totals);
      if (nextTip !== toolTip) {
        toolTip = nextTip;
        tray.setToolTip(toolTip);
      }
      const lines = trayMenu(board);
      const text = JSON.stringify(lines);
      // A new menu closes the open one on some desktops: only when something in it changed.
      if (text === menuText) return;
      menuText = text;
      tray.setContextMenu(
        Menu.buildFromTemplate(
          lines.map((line) =>
            line.kind === 'separator'
              ? { type: 'separator' }
              : { label: line.label, enabled: line.enabled, click: () => parts.act(line.action) },
          ),
        ),
      );
    },
    destroy: () => {
      nativeTheme.removeListener('updated', onTheme);
      tray.destroy();
    },
  };
}
