import type { CDPSession, Page } from 'playwright-core';

const FRAMES = 300;

/**
 * Times between frames while a list is scrolled by `pxPerFrame` each, milliseconds; the list is the scrolling element
 * of `selector`. It turns at its ends, so that every frame draws.
 */
export async function scrollFrames(page: Page, selector: string, pxPerFrame: number): Promise<number[]> {
  return page.evaluate(
    async ({ target, frames, px }) => {
      const box = document.querySelector(target);
      if (box === null) throw new Error(`nothing is ${target}`);
      const times: number[] = [];
      let step = px;
      let before = await new Promise<number>(requestAnimationFrame);
      while (times.length < frames) {
        const top = box.scrollTop;
        if (top + step < 0 || top + step > box.scrollHeight - box.clientHeight) step = -step;
        box.scrollTop = top + step;
        const now = await new Promise<number>(requestAnimationFrame);
        times.push(now - before);
        before = now;
      }
      return times;
    },
    { target: selector, frames: FRAMES, px: pxPerFrame },
  );
}

/** JavaScript heap of a page after a collection, MiB. */
export async function heapMiB(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** Counts the bytes of API answers as they were sent (compressed, with their headers), from now on. */
export async function countApiBytes(cdp: CDPSession, from: string): Promise<() => number> {
  const api = new Set<string>();
  let bytes = 0;
  await cdp.send('Network.enable');
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith(from)) api.add(requestId);
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (api.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}
