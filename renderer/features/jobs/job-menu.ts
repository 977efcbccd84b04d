/** The context menu of the chosen rows. */

import type { JobView } from '../../../main/contract/index.ts';
import type { AppState } from '../../state/app.svelte.ts';
import { takers, type JobAction } from '../../state/job-actions.ts';
import type { MenuItem } from '../../ui/menu-items.ts';
import { actionLabel, words } from '../../words/index.ts';

const shortcuts: Partial<Record<JobAction, string>> = { pause: 'Space', resume: 'Space', remove: 'Del' };

/** What can be done with `jobs`; entries that none of them can take are left out. `showFolder` only inside Electron. */
export function jobMenu(
  app: AppState,
  jobs: readonly JobView[],
  showFolder?: (id: string) => void,
): MenuItem[] {
  const action = (name: JobAction): MenuItem[] =>
    takers(jobs, name).length === 0
      ? []
      : [
          {
            kind: 'item',
            label: actionLabel(name, takers(jobs, name)),
            shortcut: shortcuts[name],
            danger: name === 'cancel' || name === 'remove',
            onselect: () => void app.act(name, jobs),
          },
        ];
  const item = (label: string, onselect: () => void, shortcut?: string): MenuItem => ({
    kind: 'item',
    label,
    shortcut,
    onselect,
  });
  const one = jobs.length === 1 ? jobs[0] : undefined;
  const order = app.jobs.visible.map((job) => job.id);
  const groups: MenuItem[][] = [
    [...action('pause'), ...action('resume'), ...action('retry'), ...action('update')],
    one && showFolder && one.state === 'done' ? [item(words.menu.open, () => showFolder(one.id))] : [],
    [
      item(words.menu.copyUrl, () => void app.copy(jobs.map((job) => job.url).join('\n'))),
      item(words.menu.copyPath, () => void app.copy(jobs.map((job) => job.directory).join('\n'))),
    ],
    one && app.jobs.reorderable && order.length > 1
      ? [
          item(words.menu.moveFirst, () => void app.move(one.id, order[0] ?? null)),
          item(words.menu.moveUp, () => void app.moveBy(one.id, -1), 'Alt ↑'),
          item(words.menu.moveDown, () => void app.moveBy(one.id, 1), 'Alt ↓'),
          item(words.menu.moveLast, () => void app.move(one.id, null)),
        ]
      : [],
    [...action('cancel'), ...action('remove')],
  ];
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => [...(index > 0 ? [{ kind: 'separator' } as const] : []), ...group]);
}
