import { describe, expect, it } from 'vitest';
import { FilterMenu, type FilterUse } from '../../../main/engine/pieces/index.ts';

const uses: FilterUse[] = ['commit', 'root', 'tree', 'blob'];

function menu(...refused: string[]) {
  const filters = new FilterMenu();
  for (const filter of refused) filters.refuse(filter);
  return [...uses.map((use) => filters.of(use)), filters.hasRoots];
}

describe('the filters that are used', () => {
  it.each([
    [[], ['tree:0', 'blob:none', 'tree:0', null, true]],
    [['tree:0'], ['object:type=commit', 'blob:none', 'object:type=commit', null, true]],
    [
      ['tree:0', 'object:type=commit'],
      ['blob:none', 'blob:none', 'blob:none', null, true],
    ],
    [
      ['tree:0', 'object:type=commit', 'blob:none'],
      ['blob:limit=0', 'blob:limit=0', 'blob:limit=0', null, true],
    ],
    [
      ['blob:none', 'blob:limit=0'],
      ['tree:0', 'tree:0', 'tree:0', null, false],
    ],
    [
      ['tree:0', 'object:type=commit', 'blob:none', 'blob:limit=0'],
      [null, null, null, null, false],
    ],
  ])('without %j: %j', (refused, expected) => {
    expect(menu(...refused)).toEqual(expected);
  });
});
