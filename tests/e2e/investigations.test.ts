import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

const QUERY = 'sum by (model_version) (rate(inference_requests_total{model_name="fraud_detector"}[5m]))';

describe.skipIf(!hasChromium())('investigations in a browser', () => {
  const { visit } = watchedBrowser();

  const cell = (page: Page, name: RegExp) => page.getByRole('article', { name });
  const pathOf = (page: Page) => new URL(page.url()).pathname;

  /** Begins one and leaves its page open, with a note. */
  async function begun(title: string): Promise<Page> {
    const page = await visit('/investigations');
    await page.getByRole('button', { name: 'New investigation' }).click();
    const dialog = page.getByRole('dialog', { name: 'New investigation' });
    await dialog.getByRole('textbox', { name: 'Title' }).fill(title);
    await dialog.getByRole('textbox', { name: /^Question/ }).fill('Is it the model or the traffic?');
    await dialog.getByRole('textbox', { name: /^Tags/ }).fill('e2e, latency');
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByRole('button', { name: 'Note' }).click();
    await page.getByRole('textbox', { name: 'Note' }).fill('The canary began **at noon**.');
    await page.getByRole('textbox', { name: 'Note' }).press('Control+Enter');
    await cell(page, /^Note cell/)
      .locator('strong')
      .getByText('at noon')
      .waitFor();
    return page;
  }

  it('is begun, asks a live question, freezes it, and the link shows the same', async () => {
    const page = await begun('Requests by version');
    await page.getByRole('button', { name: 'Metric' }).click();
    await page.getByRole('textbox', { name: 'PromQL' }).fill(QUERY);
    await page.getByRole('textbox', { name: /^Title/ }).fill('Requests');
    await page.getByRole('button', { name: 'Add cell' }).click();
    const metric = cell(page, /^Metric cell: Requests/);
    await metric.getByText('live', { exact: true }).waitFor();
    await metric.getByRole('img', { name: /^Metric/ }).waitFor();
    await metric.getByText(/last 1.h · asked \d\d:\d\d/).waitFor();
    await metric.getByRole('button', { name: 'Freeze: Requests' }).click();
    await metric.getByText('frozen', { exact: true }).waitFor();
    await metric.getByText('hash verified').waitFor();
    await metric.getByRole('img', { name: /^Metric/ }).waitFor();
    await expectAccessible(page);

    const other = await visit(pathOf(page));
    await other.getByText('Is it the model or the traffic?').waitFor();
    await cell(other, /^Metric cell: Requests/)
      .getByText('hash verified')
      .waitFor();
    await cell(other, /^Note cell/)
      .locator('strong')
      .getByText('at noon')
      .waitFor();

    await other.getByRole('button', { name: 'Duplicate', exact: true }).click();
    await other.getByRole('heading', { level: 1, name: 'Requests by version (copy)' }).waitFor();
    expect(pathOf(other)).not.toBe(pathOf(page));
    await cell(other, /^Metric cell: Requests/)
      .getByText('live', { exact: true })
      .waitFor();
  });

  it('is worked by keyboard, tells the other reader, and loses no word of a note', async () => {
    const page = await begun('Keys alone');
    const other = await visit(pathOf(page));
    await cell(other, /^Note cell/).waitFor();
    await page.getByRole('button', { name: 'Note', exact: true }).press('Enter');
    await page.getByRole('textbox', { name: 'Note' }).fill('Second thought');
    await page.reload();
    await expect.poll(() => page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe('Second thought');
    await page.getByRole('textbox', { name: 'Note' }).press('Control+Enter');
    await cell(page, /Second thought/).waitFor();
    await cell(other, /Second thought/).waitFor();
    await cell(page, /Second thought/).focus();
    await page.keyboard.press('Alt+ArrowUp');
    await page.getByRole('article').first().getByText('Second thought').waitFor();
    await other.getByRole('article').first().getByText('Second thought').waitFor();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Note' }).waitFor();
  });

  it('fits a phone, and the list finds it by a word of a note', async () => {
    const begin = await begun('On a phone');
    const phone = await visit(pathOf(begin), { width: 390, height: 844, theme: 'light' });
    await cell(phone, /^Note cell/).waitFor();
    await expectFits(phone);
    await expectAccessible(phone);
    const list = await visit('/investigations?q=noon', { theme: 'light' });
    await list.getByRole('link', { name: 'On a phone' }).waitFor();
    await expectAccessible(list);
  });
});
