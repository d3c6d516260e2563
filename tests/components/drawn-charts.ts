import { beforeAll } from 'vitest';

const SIZES = { clientHeight: 600, clientWidth: 1_000, offsetHeight: 600, offsetWidth: 1_000 };

/**
 * happy-dom lays nothing out and draws nothing: in the tests of this file every element has a size, and a canvas has a
 * context whose every method does nothing, which lets ECharts believe that it drew.
 */
export function letChartsDraw(): void {
  beforeAll(() => {
    for (const [name, value] of Object.entries(SIZES)) {
      Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
    }
    const context: object = new Proxy(
      {},
      { get: (_, name) => (name === 'measureText' ? () => ({ width: 8 }) : () => undefined), set: () => true },
    );
    Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', { configurable: true, value: () => context });
  });
}
