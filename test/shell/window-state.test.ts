import { describe, expect, it } from 'vitest';
import {
  firstWindowState,
  parseWindowState,
  placeWindow,
  windowSize,
} from '../../main/shell/window-state.ts';

const screens = [
  { x: 0, y: 0, width: 1920, height: 1040 },
  { x: 1920, y: 0, width: 1280, height: 1024 },
];
const kept = (x: number, y: number, width = 900, height = 600) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

describe('parseWindowState', () => {
  it('reads what was written', () => {
    expect(parseWindowState(JSON.stringify({ ...kept(5, 6), maximized: true }))).toEqual({
      ...kept(5, 6),
      maximized: true,
    });
  });
  it.each([
    '',
    '{',
    'null',
    '[]',
    '3',
    '{"bounds":{"x":1}}',
    '{"bounds":{"x":0.5,"y":0,"width":1,"height":1}}',
    '{"bounds":{"x":1e9,"y":0,"width":1,"height":1},"maximized":"yes"}',
  ])('takes %s for a first start', (text) => expect(parseWindowState(text)).toEqual(firstWindowState));
});

describe('placeWindow', () => {
  it('gives the first window a size and no place', () => {
    expect(placeWindow(firstWindowState, screens)).toEqual({
      width: windowSize.width,
      height: windowSize.height,
    });
  });
  it('puts it where it was, also on the second screen', () => {
    expect(placeWindow(kept(2000, 100), screens)).toEqual(kept(2000, 100).bounds);
  });
  it('does not put it on a screen that is gone', () => {
    expect(placeWindow(kept(2000, 100), screens.slice(0, 1))).toEqual({ width: 900, height: 600 });
  });
  it('does not put its title bar above or below the screen', () => {
    expect(placeWindow(kept(100, -400), screens)).not.toHaveProperty('y');
    expect(placeWindow(kept(100, 1030), screens)).not.toHaveProperty('y');
  });
  it('keeps a window that hangs over an edge', () => {
    expect(placeWindow(kept(-600, 50), screens)).toHaveProperty('x', -600);
    expect(placeWindow(kept(-800, 50), screens)).not.toHaveProperty('x');
  });
  it('is never smaller than usable nor larger than the screen', () => {
    expect(placeWindow(kept(0, 0, 1, 1), screens)).toMatchObject({
      width: windowSize.widthMin,
      height: windowSize.heightMin,
    });
    expect(placeWindow(firstWindowState, [{ x: 0, y: 0, width: 1024, height: 600 }])).toEqual({
      width: 1024,
      height: 600,
    });
  });
});
