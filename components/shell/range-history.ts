export interface RangeEnds {
  from: string;
  to: string;
}

const MAX_KEPT = 50;

/**
 * Ranges this tab has looked at, apart from the browser's history: "back" after three zooms and a change of page is the
 * range before, not the page before.
 */
class RangeHistory {
  private past: RangeEnds[] = [];
  private future: RangeEnds[] = [];
  private can = { back: false, forward: false };
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): { back: boolean; forward: boolean } => this.can;

  /** A new range was chosen; `left` is the one before. */
  leave(left: RangeEnds): void {
    this.past = [...this.past.slice(-MAX_KEPT + 1), left];
    this.future = [];
    this.changed();
  }

  /** The range before, or null. */
  back(current: RangeEnds): RangeEnds | null {
    const target = this.past.pop() ?? null;
    if (target !== null) this.future.push(current);
    this.changed();
    return target;
  }

  /** The range that was left by going back, or null. */
  forward(current: RangeEnds): RangeEnds | null {
    const target = this.future.pop() ?? null;
    if (target !== null) this.past.push(current);
    this.changed();
    return target;
  }

  private changed(): void {
    this.can = { back: this.past.length > 0, forward: this.future.length > 0 };
    for (const listener of this.listeners) listener();
  }
}

export const rangeHistory = new RangeHistory();
