/** The wall clock as state, for countdowns. Ticks only while someone counts down. */

export class Clock {
  nowMs = $state(Date.now());
  #users = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Keeps the clock ticking until the returned function is called. */
  use(): () => void {
    this.#users += 1;
    this.nowMs = Date.now();
    this.#timer ??= setInterval(() => (this.nowMs = Date.now()), 1000);
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }
}
