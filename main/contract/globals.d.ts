/**
 * The two names of the web platform that every place a client lives in has (Node, browsers, Electron), and that the
 * library of plain ECMAScript lacks: https://dom.spec.whatwg.org/#aborting-ongoing-activities. Where the real
 * declarations are present, these merge with them.
 */

interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

interface AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}

// eslint-disable-next-line no-var -- only `var` merges with the real declaration, which is a `var` too
declare var AbortController: { prototype: AbortController; new (): AbortController };
