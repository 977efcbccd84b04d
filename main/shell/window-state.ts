/** Where the window was, and where it may be put again. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowState {
  /** Normal bounds, in device-independent pixels; absent at the first start. */
  bounds: Box | null;
  maximized: boolean;
}

export const firstWindowState: WindowState = { bounds: null, maximized: false };
export const windowSize = { width: 1180, height: 760, widthMin: 720, heightMin: 480 } as const;

/** So much of the window must be on some screen for its title bar to be caught with the mouse. */
const visiblePixelsMin = { width: 160, height: 60 } as const;

/** Reads what was kept; anything unexpected counts as a first start, never as a fault. */
export function parseWindowState(text: string): WindowState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return firstWindowState;
  }
  if (typeof value !== 'object' || value === null) return firstWindowState;
  const { bounds, maximized } = value as { bounds?: unknown; maximized?: unknown };
  return { bounds: parseBox(bounds), maximized: maximized === true };
}

function parseBox(value: unknown): Box | null {
  if (typeof value !== 'object' || value === null) return null;
  const { x, y, width, height } = value as Record<string, unknown>;
  if (![x, y, width, height].every((n) => Number.isInteger(n) && Math.abs(n as number) < 100_000))
    return null;
  return { x: x as number, y: y as number, width: width as number, height: height as number };
}

/**
 * The bounds for a new window: as kept when enough of them is on a screen that is still there, else only the size, cut to
 * the first screen, and the system chooses the place.
 */
export function placeWindow(
  state: WindowState,
  screens: readonly Box[],
): Partial<Box> & { width: number; height: number } {
  const first = screens[0] ?? { x: 0, y: 0, width: windowSize.width, height: windowSize.height };
  const wanted = state.bounds;
  const width = Math.max(windowSize.widthMin, wanted?.width ?? windowSize.width);
  const height = Math.max(windowSize.heightMin, wanted?.height ?? windowSize.height);
  if (wanted !== null && screens.some((screen) => caught(wanted, screen))) {
    return { x: wanted.x, y: wanted.y, width, height };
  }
  return { width: Math.min(width, first.width), height: Math.min(height, first.height) };
}

function caught(box: Box, screen: Box): boolean {
  const width = Math.min(box.x + box.width, screen.x + screen.width) - Math.max(box.x, screen.x);
  const top = box.y >= screen.y - 1 && box.y + visiblePixelsMin.height <= screen.y + screen.height;
  return width >= visiblePixelsMin.width && top;
}
