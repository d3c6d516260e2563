import type { Page, Request } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { dragOver, expectFits, runQuery, watchedBrowser } from './watched-browser';

/** A query that Loki refuses is answered as the source's fault. */
const REFUSED = /status of (?:400|502)/;

const listOf = (page: Page) => page.getByRole('region', { name: 'Log lines', exact: true });
const linesOf = (page: Page) => listOf(page).locator('[data-line]');
/** How many lines the list holds, drawn or not. */
const heldBy = async (page: Page) =>
  Number(await listOf(page).locator('li[aria-setsize]').first().getAttribute('aria-setsize'));
const stateOf = (page: Page) => page.getByRole('region', { name: 'Live tail' }).getByRole('status');
const fieldsOf = (page: Page) => page.getByRole('table', { name: 'Fields of this line' });

describe.skipIf(!hasChromium())('the logs in a browser', () => {
  const { visit } = watchedBrowser();

  async function visitLines(search: string, options = {}): Promise<Page> {
    const page = await visit(`/logs${search}`, options);
    await linesOf(page).first().waitFor();
    return page;
  }

  it('filters by a click on a field, and takes the filter back', async () => {
    const page = await visitLines('?model=fraud_detector');
    await linesOf(page).first().click();
    const row = fieldsOf(page).getByRole('row').filter({ hasText: 'model_version' }).first();
    const version = (await row.getByRole('cell').last().textContent()) ?? '';
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    // The lines before the filter stand until the filtered ones are there.
    const filtered = page.waitForResponse((each) => /\/api\/logs\?.*where=/.test(each.url()));
    await row.getByRole('button', { name: 'Only lines with this model_version' }).click();
    await page.waitForURL(/where=/);
    await filtered;
    const chips = page.getByRole('list', { name: 'Filters by field' });
    await chips.getByText(version).waitFor();
    await linesOf(page).first().waitFor();
    await linesOf(page).nth(1).click();
    await fieldsOf(page).getByText(version, { exact: true }).first().waitFor();
    await chips.getByRole('button', { name: /Remove the filter/ }).click();
    await page.waitForURL((at) => !at.search.includes('where='));
  });

  it('shows the lines around a line in true order', async () => {
    const page = await visitLines('?model=fraud_detector&level=error');
    await linesOf(page).nth(1).click();
    await page.getByRole('button', { name: 'Show context' }).click();
    const context = page.getByRole('region', { name: 'Lines around it' });
    await context.locator('li[aria-current]').waitFor();
    await expect.poll(() => context.getByRole('listitem').count()).toBeGreaterThan(2);
    const times = (await context.getByRole('listitem').allTextContents()).map((text) => text.slice(0, 12));
    expect(times.every((time) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(time))).toBe(true);
    expect(times).toEqual(times.toSorted());
  });

  it('sets the range by a drag over the volume', async () => {
    const page = await visitLines('?model=fraud_detector');
    const canvas = page
      .getByRole('region', { name: /Volume by level/ })
      .locator('canvas')
      .first();
    await dragOver(canvas, [0.3, 0.5], [0.6, 0.5]);
    await page.waitForURL(/from=\d{13}&to=\d{13}/);
    await linesOf(page).first().waitFor();
  });

  it('shows a hostile line as the text it is', async () => {
    const page = await visit('/logs?from=now-3h&text=%3Cscript%3E');
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await linesOf(page).first().click();
    await page
      .getByRole('region', { name: 'Line as it was written' })
      .getByText(/<script>alert/)
      .waitFor();
    await page.getByRole('button', { name: 'Wrap' }).click();
    await page.getByRole('button', { name: 'Raw' }).click();
    await linesOf(page)
      .first()
      .getByText(/<script>alert/)
      .waitFor();
    expect(await listOf(page).locator('script').count()).toBe(0);
    expect(dialogs).toBe(0);
  });

  it('shows no e-mail address, on the page or in what is downloaded', async () => {
    const page = await visitLines('?level=error&from=now-1h&raw=1&wrap=1');
    await listOf(page).getByText('[e-mail]').first().waitFor();
    expect(await page.locator('body').textContent()).not.toContain('@example.com');
    await page.getByRole('button', { name: 'Export' }).click();
    const address = await page.getByRole('link', { name: 'Download NDJSON' }).getAttribute('href');
    const exported = await (await fetch(new URL(address ?? '', inject('consoleUrl')))).text();
    expect(exported).toContain('[e-mail]');
    expect(exported).not.toContain('@example.com');
  });

  it('underlines LogQL where Loki finds it wrong, and runs the mended one', async () => {
    const page = await visit('/logs?model=fraud_detector', { expects: REFUSED });
    await linesOf(page).first().waitFor();
    await page.getByRole('button', { name: 'Edit as LogQL' }).click();
    const editor = page.getByRole('textbox', { name: 'LogQL query' });
    await editor.getByText('fraud_detector').waitFor();
    await runQuery(editor, '{model_name="fraud_detector"} | json | |= "x"');
    await page.locator('.cm-lintRange-error').waitFor();
    await page
      .getByRole('alert')
      .getByText(/Line 1, column \d+/)
      .waitFor();
    await runQuery(editor, '{model_name="fraud_detector"} |= "prediction_failed"');
    await linesOf(page).first().waitFor();
    await page.locator('.cm-lintRange-error').waitFor({ state: 'detached' });
  });

  it('follows the live fleet: lines arrive, wait while paused, go on, and stop when the reader leaves', async () => {
    const page = await visit('/logs');
    const ended: string[] = [];
    const end = (request: Request) => {
      if (request.url().includes('/api/logs/tail')) ended.push(request.url());
    };
    page.on('requestfailed', end);
    page.on('requestfinished', end);
    await linesOf(page).first().waitFor();
    await page.keyboard.press('l');
    await page.waitForURL(/live=1/);
    await stateOf(page).getByText('Live', { exact: true }).waitFor();
    await linesOf(page).first().waitFor();
    const before = await heldBy(page);
    await expect.poll(() => heldBy(page)).toBeGreaterThan(before);

    await page.keyboard.press('p');
    await stateOf(page).getByText('Paused').waitFor();
    const paused = await heldBy(page);
    const resume = page.getByRole('button', { name: /Resume, \d+ new/ });
    await resume.waitFor();
    expect(await heldBy(page)).toBe(paused);
    await resume.click();
    await expect.poll(() => heldBy(page)).toBeGreaterThan(paused);
    expect(ended).toEqual([]);

    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL((at) => at.pathname === '/');
    await expect.poll(() => ended.length).toBe(1);
  });

  it('is worked by keyboard alone: filter, lines, details, way to the trace', async () => {
    const page = await visitLines('?model=fraud_detector&level=error');
    await page.keyboard.press('s');
    await page.keyboard.insertText('prediction_failed');
    // The lines before the filter stand until the address changes: only an answer tells the filtered ones are there.
    const filtered = page.waitForResponse((each) => /\/api\/logs\?.*text=prediction_failed/.test(each.url()));
    await page.keyboard.press('Enter');
    await filtered;
    await linesOf(page).first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await fieldsOf(page).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
    await page.goBack();
    await fieldsOf(page).waitFor();
  });

  it.each([
    ['dark', 1440],
    ['light', 390],
    ['light', 1440],
  ] as const)('has no serious fault and fits, in %s at %i px', async (theme, width) => {
    // A filter stands encoded in a list that is part of the address.
    const where = ['json:status=error', 'json:route=/predict'].map(encodeURIComponent).join(',');
    const search = new URLSearchParams({ model: 'fraud_detector', level: 'error', where });
    const page = await visitLines(`?${search}`, { theme, width, height: 844 });
    await page.getByRole('list', { name: 'Filters by field' }).waitFor();
    const check = async (where: string) => {
      await expectAccessible(page, where);
      await expectFits(page);
    };
    await check('lines');
    await linesOf(page).nth(1).click();
    await page.getByRole('button', { name: 'Show context' }).click();
    await page.getByRole('region', { name: 'Lines around it' }).waitFor();
    await check('an open line and its context');
    await page.getByRole('radio', { name: 'Patterns' }).click();
    await page.getByRole('table', { name: 'Patterns' }).waitFor();
    await check('patterns');
    await page.goto(`${inject('consoleUrl')}/logs?live=1`);
    await stateOf(page).getByText('Live', { exact: true }).waitFor();
    await linesOf(page).first().waitFor();
    await check('live tail');
  });
});
