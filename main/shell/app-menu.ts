/** The menu of the application, as a template. */

import type { MenuItemConstructorOptions } from 'electron';

export interface AppMenuParts {
  platform: NodeJS.Platform;
  /** Reload and developer tools; only for builds that are not packaged. */
  development: boolean;
  newClone(): void;
  openHelp(): void;
}

/**
 * Copy, paste and the like must be in a menu on macOS, or their keys do nothing in text fields. Quit goes through
 * `role`, and so through `before-quit`, where the engine is stopped.
 */
export function appMenuTemplate(parts: AppMenuParts): MenuItemConstructorOptions[] {
  const mac = parts.platform === 'darwin';
  const newClone: MenuItemConstructorOptions = {
    label: 'New Clone…',
    accelerator: 'CmdOrCtrl+N',
    click: () => parts.newClone(),
  };
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  if (parts.development) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        newClone,
        { type: 'separator' },
        { role: 'close' },
        ...(mac ? [] : [{ role: 'quit' } as const]),
      ],
    },
    { role: 'editMenu' },
    { label: '&View', submenu: view },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'Manual of git clone', click: () => parts.openHelp() }] },
  ];
}
