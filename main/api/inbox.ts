/** The receiving half of a port: keeps what arrives until somebody listens, and tells the end once, after the rest. */

export interface Inbox<In> {
  onMessage(listener: (message: In) => void): void;
  onClose(listener: () => void): void;
  /** What the carrier calls with each message. Nothing is taken after the end. */
  deliver(message: In): void;
  /** The other end closed: listeners hear it after what is still kept. */
  end(): void;
  /** This end closed: what is still kept is thrown away. */
  discard(): void;
  readonly ended: boolean;
}

export function createInbox<In>(): Inbox<In> {
  const closeListeners: (() => void)[] = [];
  let listener: ((message: In) => void) | null = null;
  let kept: In[] = [];
  let ended = false;
  let told = false;

  const tellIfDone = (): void => {
    if (!ended || told || kept.length > 0) return;
    told = true;
    for (const tell of closeListeners) tell();
  };

  return {
    get ended() {
      return ended;
    },
    onMessage(next) {
      listener = next;
      while (kept.length > 0) next(kept.shift() as In);
      tellIfDone();
    },
    onClose(tell) {
      if (told) tell();
      else closeListeners.push(tell);
    },
    deliver(message) {
      if (ended) return;
      if (listener === null) kept.push(message);
      else listener(message);
    },
    end() {
      ended = true;
      tellIfDone();
    },
    discard() {
      ended = true;
      kept = [];
      tellIfDone();
    },
  };
}
