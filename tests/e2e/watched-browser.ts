import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchChromium, openPage, type WatchedPage } from '../chromium';

interface VisitOptions extends NonNullable<Parameters<typeof openPage>[1]> {
  /** A line of the browser's console that this page is meant to have: a refused query is one. */
  expects?: RegExp;
}

/**
 * A browser for the tests of a `describe`: `visit` opens a path of the console. After each test its pages are closed,
 * and whatever went wrong in one of them fails the test.
 */
export function watchedBrowser(): { visit: (path: string, options?: VisitOptions) => Promise<Page> } {
  let browser: Browser | undefined;
  let open: { watched: WatchedPage; expects: RegExp | undefined }[] = [];
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    const faults = open.flatMap(({ watched, expects }) => watched.faults.filter((text) => !expects?.test(text)));
    await Promise.all(open.map(({ watched }) => watched.context.close()));
    open = [];
    expect(faults, 'errors in the console of the browser').toEqual([]);
  });
  afterAll(() => browser?.close());
  return {
    visit: async (path, { expects, ...options } = {}) => {
      if (browser === undefined) throw new Error('the browser has not started');
      const watched = await openPage(browser, options);
      open.push({ watched, expects });
      await watched.page.goto(inject('consoleUrl') + path);
      return watched.page;
    },
  };
}

/** Where something is once it stands still: what loads above a chart moves it. */
export async function restingBox(place: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let before = '';
  let box: Awaited<ReturnType<Locator['boundingBox']>> = null;
  await expect
    .poll(
      async () => {
        box = await place.boundingBox();
        const now = JSON.stringify(box);
        const rests = box !== null && now === before;
        before = now;
        return rests;
      },
      { interval: 150, message: 'it comes to rest' },
    )
    .toBe(true);
  if (box === null) throw new Error('it has no size');
  return box;
}

/** Drags over a chart once it stands still, between two places told as shares of its width and height. */
export async function dragOver(
  chart: Locator,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
): Promise<void> {
  const box = await restingBox(chart);
  const { mouse } = chart.page();
  await mouse.move(box.x + box.width * fromX, box.y + box.height * fromY);
  await mouse.down();
  await mouse.move(box.x + box.width * toX, box.y + box.height * toY, { steps: 8 });
  await mouse.up();
}

/** Writes a query over the one in an editor and runs it by Enter; Escape closes what the editor offers. */
export async function runQuery(editor: Locator, query: string): Promise<void> {
  const { keyboard } = editor.page();
  await editor.click();
  await keyboard.press('Control+a');
  await keyboard.insertText(query);
  await keyboard.press('Escape');
  await keyboard.press('Enter');
}

/** Chooses in the open palette what these words find, by Enter, once it is what Enter takes. */
export async function chooseInPalette(page: Page, words: string, option: RegExp): Promise<void> {
  const palette = page.getByRole('dialog');
  await palette.getByRole('combobox').fill(words);
  await palette.getByRole('option', { selected: true }).filter({ hasText: option }).waitFor();
  await page.keyboard.press('Enter');
}

/** Waits until the page fits its width: after a change of the window its charts follow a moment later. */
export const expectFits = async (page: Page): Promise<void> => {
  await expect.poll(() => sidewaysPixels(page), { message: 'pixels to scroll sideways' }).toBeLessThanOrEqual(0);
};

/** Pixels by which the page can be scrolled sideways; a page that fits has none. */
export const sidewaysPixels = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
