import 'server-only';

/** At most `max` holders at once; the others wait in order, and one that gives up leaves the queue at once. */
export class Limiter {
  readonly max: number;
  #active = 0;
  readonly #waiting: { wake: () => void }[] = [];

  constructor(max: number) {
    this.max = Math.max(1, max);
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves with the function that gives the place back (once); rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#active < this.max) this.#active += 1;
    else await this.#queue(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      // The place is handed on, not freed and taken again: nobody can slip in between.
      if (next) next.wake();
      else this.#active -= 1;
    };
  }

  #queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const index = this.#waiting.indexOf(entry);
        if (index >= 0) this.#waiting.splice(index, 1);
        reject(signal.reason);
      };
      const entry = {
        wake: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
    });
  }
}
