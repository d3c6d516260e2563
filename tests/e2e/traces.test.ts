import type { Locator, Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { BIG_TRACE_ID, BIG_TRACE_SPANS } from '../../lab/fleet/scenario';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { dragOver, expectFits, runQuery, watchedBrowser } from './watched-browser';

const labUrl = inject('labUrl');

/** A trace of the lab that this TraceQL finds, of the last half hour. */
async function aTrace(q: string): Promise<string> {
  const end = Math.floor(Date.now() / 1_000);
  const search = new URLSearchParams({ q, limit: '1', start: String(end - 1_800), end: String(end) });
  const response = await fetch(`${labUrl}/tempo/api/search?${search}`);
  const body = (await response.json()) as { traces?: { traceID: string }[] };
  const id = body.traces?.[0]?.traceID;
  if (id === undefined) throw new Error(`the lab has no trace for ${q}`);
  return id.padStart(32, '0');
}
const FAILED = '{ span.model_name = "fraud_detector" && status = error }';
const WHOLE = '{ name = "model.infer" && span.model_name = "fraud_detector" && status != error }';

/** A query that Tempo refuses is answered as the source's fault. */
const REFUSED = /status of (?:400|502)/;
const NOT_FOUND = /status of 404/;

const tableOf = (page: Page) => page.getByRole('table', { name: 'Traces', exact: true });
const rowsOf = (page: Page) => tableOf(page).locator('[data-index]');
const gridOf = (page: Page) => page.getByRole('treegrid', { name: 'Spans' });
const spanOf = (page: Page) => page.getByRole('region', { name: 'Span', exact: true });
const countOf = async (grid: Locator) => Number(await grid.getAttribute('aria-rowcount'));

async function visitTrace(visit: ReturnType<typeof watchedBrowser>['visit'], path: string, options = {}) {
  const page = await visit(path, options);
  await gridOf(page).locator('[aria-rowindex="1"]').waitFor();
  return page;
}

describe.skipIf(!hasChromium())('the search for traces in a browser', () => {
  const { visit } = watchedBrowser();

  it('finds by the builder, opens a row, and comes back to the same search', async () => {
    const page = await visit('/traces');
    await rowsOf(page).first().waitFor();
    const search = page.getByRole('region', { name: 'Search' });
    await search.getByLabel('Model', { exact: true }).fill('fraud_detector');
    await page.keyboard.press('Enter');
    await page.waitForURL(/model=fraud_detector/);
    await search.getByLabel('Status').selectOption('error');
    await page.waitForURL(/status=error/);
    await search.getByText(/status = error/).waitFor();
    await rowsOf(page).first().click();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
    await gridOf(page).waitFor();
    await page.goBack();
    await page.waitForURL((at) => at.pathname === '/traces' && at.search.includes('status=error'));
    await rowsOf(page).first().waitFor();
  });

  it('underlines a query where Tempo finds it wrong, and runs the mended one', async () => {
    const page = await visit('/traces?model=fraud_detector', { expects: REFUSED });
    await rowsOf(page).first().waitFor();
    await page.getByRole('button', { name: 'Edit as TraceQL' }).click();
    const editor = page.getByRole('textbox', { name: 'TraceQL query' });
    await editor.getByText('fraud_detector').waitFor();
    await runQuery(editor, '{ status = eror }');
    const underline = page.locator('.cm-lintRange-error');
    await underline.waitFor();
    expect(await underline.textContent()).toContain('eror');
    await runQuery(editor, '{ status = error }');
    await rowsOf(page).first().waitFor();
    await underline.waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('{ status = error }');
  });

  it('says what is different in the slow, can be stopped, and asked again', async () => {
    const page = await visit('/traces?model=fraud_detector&from=now-30m');
    await rowsOf(page).first().waitFor();
    // The first question hangs until the reader gives up.
    await page.route('**/api/traces/explain*', () => undefined, { times: 1 });
    await page.getByRole('radio', { name: /^slow: over/ }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Stopped; nothing more is asked of Tempo.').waitFor();
    await page.getByRole('button', { name: 'Compare again' }).click();
    await page.getByRole('region', { name: 'What is different', exact: true }).getByText(/\w/).first().waitFor();
    await page.getByText(/compared; certain: q/).waitFor();
  });

  it('takes a box dragged in the scatter as the selection', async () => {
    const page = await visit('/traces?model=fraud_detector');
    const canvas = page
      .getByRole('region', { name: /Duration over time/ })
      .locator('canvas')
      .first();
    await rowsOf(page).first().waitFor();
    await dragOver(canvas, [0.2, 0.1], [0.9, 0.6]);
    await page.waitForURL(/select=box/);
    await expect.poll(() => page.getByRole('radio', { name: 'the box' }).isChecked()).toBe(true);
  });

  it('is worked by keyboard alone', async () => {
    const page = await visit('/traces');
    await rowsOf(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("data-index")')).toBe('2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  });

  it.each([
    ['dark', 1440],
    ['light', 390],
    ['light', 1440],
  ] as const)('has no serious fault and fits, in %s at %i px', async (theme, width) => {
    const page = await visit('/traces?select=slow', { theme, width, height: 844 });
    await rowsOf(page).first().waitFor();
    await page.getByText(/compared; certain: q/).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await page.getByRole('button', { name: 'Edit as TraceQL' }).click();
    await page.getByRole('textbox', { name: 'TraceQL query' }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});

describe.skipIf(!hasChromium())('a trace in a browser', () => {
  const { visit } = watchedBrowser();

  it('is walked by keyboard: rows, details, folding, finding', async () => {
    const page = await visitTrace(visit, `/traces/${await aTrace(WHOLE)}`);
    const grid = gridOf(page);
    const whole = await countOf(grid);
    expect(whole).toBeGreaterThan(3);
    const active = async () => (await grid.getAttribute('aria-activedescendant'))?.split('-').at(-1);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect.poll(active).toBe('1');
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe('2');
    await page.keyboard.press('Enter');
    await spanOf(page).getByText('span id').waitFor();
    expect(page.url()).toMatch(/span=/);
    await page.keyboard.press('Escape');
    await spanOf(page).waitFor({ state: 'detached' });

    await grid.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => countOf(grid)).toBe(1);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => countOf(grid)).toBe(whole);

    await page.keyboard.press('/');
    await page.keyboard.insertText('infer');
    await page.getByRole('status').getByText(/^\d+$/).waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('status')
      .getByText(/^1 of \d+$/)
      .waitFor();
    await expect.poll(active).not.toBe('0');
  });

  it('closes the details of a span with the mouse, whatever hovers beside', async () => {
    const page = await visitTrace(visit, `/traces/${await aTrace(WHOLE)}`);
    await gridOf(page).locator('[aria-rowindex="2"]').click();
    await spanOf(page).getByText('span id').waitFor();
    await spanOf(page).hover();
    await page.getByRole('button', { name: 'Close the span' }).click();
    await spanOf(page).waitFor({ state: 'detached' });
  });

  it('keeps the way out in sight while the sheet of a span scrolls on a phone', async () => {
    const page = await visitTrace(visit, `/traces/${await aTrace(FAILED)}`, { width: 390, height: 844 });
    await gridOf(page).locator('[aria-rowindex="2"]').click();
    const last = spanOf(page).getByText('service.name').last();
    await last.waitFor();
    await last.scrollIntoViewIfNeeded();
    const close = page.getByRole('button', { name: 'Close the span' });
    const box = await close.boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThan(844);
    await close.click();
    await spanOf(page).waitFor({ state: 'detached' });
  });

  it('shows stages whose sum is that of the request, flame, statistics and the typical trace beside it', async () => {
    const page = await visitTrace(visit, `/traces/${await aTrace(WHOLE)}`);
    const stages = page.getByRole('region', { name: 'Time by stage' });
    await stages.getByText(/infer/i).waitFor();
    expect(await stages.textContent()).not.toContain('ran beside each other');
    const tab = (name: string) => page.getByRole('radio', { name, exact: true }).click();
    await tab('Flame graph');
    const boxes = page.getByRole('list', { name: 'Boxes of the flame graph' }).getByRole('button');
    // One stop of the Tab key, and arrows from box to box.
    await boxes.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show the whole' }).click();
    await tab('Statistics');
    await page.getByRole('table', { name: 'Statistics by span name' }).getByText('model.infer').click();
    await spanOf(page).getByText('span id').waitFor();
    await tab('Compare');
    await page.getByRole('button', { name: 'Compare with typical' }).click();
    await page
      .getByRole('region', { name: 'Difference by place' })
      .getByText(/POST \/predict/)
      .waitFor();
    await tab('Log lines');
    await page
      .getByRole('list', { name: 'Log lines of the trace' })
      .getByText(/prediction_completed|prediction_failed/)
      .first()
      .waitFor();
  });

  it('says of an id that is nowhere where it was looked for, and where else to look', async () => {
    const page = await visit('/traces/0123456789abcdef0123456789abcdef', { expects: NOT_FOUND });
    await page
      .getByRole('alert')
      .getByText(/No span of trace .* is in Tempo/)
      .waitFor();
    const everywhere = page.getByRole('link', { name: 'look for this id everywhere' });
    expect(await everywhere.getAttribute('href')).toMatch(/^\/requests\/0123456789abcdef0123456789abcdef/);
    await page.getByRole('link', { name: 'search the logs' }).click();
    await page.waitForURL(/\/logs\?.*text=0123456789abcdef0123456789abcdef/);
  });

  it('opens the trace of 10,000 spans folded, and scrolls through every one of them', async () => {
    const page = await visitTrace(visit, `/traces/${BIG_TRACE_ID}`);
    const grid = gridOf(page);
    expect(await countOf(grid)).toBeLessThan(BIG_TRACE_SPANS);
    await page.getByText(/of 10.000 spans shown/).waitFor();
    await page.getByRole('radio', { name: 'Every span' }).click();
    await expect.poll(() => countOf(grid)).toBe(BIG_TRACE_SPANS);
    await grid.hover();
    for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, 9_000);
    await expect.poll(async () => (await grid.getByRole('row').allTextContents()).includes('…')).toBe(false);
    expect(await grid.getByRole('row').count()).toBeLessThan(100);
    await grid.focus();
    await page.keyboard.press('End');
    await grid.locator(`[aria-rowindex="${BIG_TRACE_SPANS}"]`).getByText('batch.load').waitFor();
  });

  const waits: Readonly<Record<string, (page: Page) => Promise<void>>> = {
    '': (page) => gridOf(page).locator('[aria-rowindex="1"]').waitFor(),
    '?tab=flame': (page) => page.getByRole('list', { name: 'Boxes of the flame graph' }).waitFor(),
    '?tab=statistics': (page) => page.getByRole('table', { name: 'Statistics by span name' }).waitFor(),
    '?tab=logs': (page) => page.getByRole('list', { name: 'Log lines of the trace' }).waitFor(),
    '?tab=compare&against=typical': (page) => page.getByRole('region', { name: 'Difference by place' }).waitFor(),
  };
  it.each([
    ['dark', 1440],
    ['light', 390],
  ] as const)('has no serious fault and fits, on every tab in %s at %i px', async (theme, width) => {
    const id = await aTrace(FAILED);
    const page = await visitTrace(visit, `/traces/${id}`, { theme, width, height: 844 });
    for (const [search, wait] of Object.entries(waits)) {
      await page.goto(`${inject('consoleUrl')}/traces/${id}${search}`);
      await wait(page);
      await expectAccessible(page, search);
      await expectFits(page);
    }
    await page.goto(`${inject('consoleUrl')}/traces/${id}`);
    await gridOf(page).locator('[aria-rowindex="2"]').click();
    await spanOf(page).getByText('span id').waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
