/** Set-up of the component tests: what a browser has and the test environment lacks. */

import { afterEach } from 'vitest';

/** As if every element had a size: virtual lists draw nothing in a window of no height. */
const size = { width: 1000, height: 800 };
const rowHeight = 70;

class FixedResizeObserver implements ResizeObserver {
  readonly #tell: ResizeObserverCallback;

  constructor(tell: ResizeObserverCallback) {
    this.#tell = tell;
  }

  observe(target: Element): void {
    const height = target.querySelector(':scope > [role="row"]') ? rowHeight : size.height;
    const box = { inlineSize: size.width, blockSize: height };
    const entry = {
      target,
      contentRect: new DOMRect(0, 0, size.width, height),
      borderBoxSize: [box],
      contentBoxSize: [box],
      devicePixelContentBoxSize: [box],
    };
    queueMicrotask(() => this.#tell([entry], this));
  }

  unobserve(): void {}
  disconnect(): void {}
}

globalThis.ResizeObserver = FixedResizeObserver;
Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, get: () => size.height });
Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, get: () => size.width });
// Laid-out elements have an offset parent; virtua takes one without for hidden.
Object.defineProperty(HTMLElement.prototype, 'offsetParent', {
  configurable: true,
  get(this: HTMLElement) {
    return this.parentElement;
  },
});

afterEach(() => {
  delete document.documentElement.dataset['theme'];
  sessionStorage.clear();
});
