import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

const labUrl = inject('labUrl');

/** A line of a failed request of the last half hour, as somebody would copy it. */
async function failedLine(): Promise<{ text: string; requestId: string; traceId: string }> {
  const query = '{model_name="fraud_detector"} |= "prediction_failed"';
  const search = new URLSearchParams({ query, limit: '1', start: `${Date.now() - 1_800_000}000000` });
  const response = await fetch(`${labUrl}/loki/loki/api/v1/query_range?${search}`);
  const body = (await response.json()) as { data: { result: { values: [string, string][] }[] } };
  const text = body.data.result[0]?.values[0]?.[1];
  if (text === undefined) throw new Error('the lab has no failed request');
  const said = JSON.parse(text) as { request_id: string; trace_id: string };
  return { text, requestId: said.request_id, traceId: said.trace_id };
}

describe.skipIf(!hasChromium())('the story of a request in a browser', () => {
  const { visit } = watchedBrowser();
  const timelineOf = (page: Page) => page.getByRole('list', { name: 'Spans and log lines in time' });

  it('opens from a log line pasted into the palette, by keyboard, and leads to its span, its log line and back', async () => {
    const { text, requestId, traceId } = await failedLine();
    const page = await visit('/');
    await page.getByRole('table', { name: 'Fleet' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search and commands' }).waitFor();
    await page.keyboard.insertText(text);
    await page.getByRole('option', { name: `Story of request ${requestId}`, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/requests/${requestId}`));
    await page
      .getByRole('region', { name: 'Answer' })
      .getByText(/failed on/)
      .waitFor();

    const line = timelineOf(page).getByRole('button', { name: /prediction_failed/ });
    await line.focus();
    await page.keyboard.press('Enter');
    const span = page.getByRole('link', { name: 'Open its span' });
    await span.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/traces/${traceId}\\?span=`));

    const details = page.getByRole('region', { name: 'Span', exact: true });
    await details.getByText('span id').waitFor();
    const logged = details.getByRole('region', { name: 'Log lines of the span' });
    await logged.getByText(/prediction_failed/).waitFor();
    await logged.getByRole('link', { name: 'Open in Logs' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/logs\\?.*text=${traceId}`));
    await page
      .getByRole('region', { name: 'Log lines', exact: true })
      .getByText(/prediction_failed/)
      .first()
      .waitFor();
    await page.goBack();
    await details.getByText('span id').waitFor();
    await page.goBack();
    await page.waitForURL(new RegExp(`/requests/${requestId}.*line=`));
    await expect.poll(() => line.getAttribute('aria-expanded')).toBe('true');
  });

  it('says of an id that is nowhere where it was looked for', async () => {
    const page = await visit(`/requests/req-000000000000?back=${6 * 3_600_000}`);
    await page
      .getByRole('region', { name: 'Answer' })
      .getByText(/nowhere/)
      .waitFor();
    expect(await page.getByRole('list', { name: 'Where was looked' }).getByRole('listitem').count()).toBe(2);
    expect(await page.getByRole('table', { name: 'Questions asked' }).getByRole('row').count()).toBeGreaterThan(3);
  });

  it.each([
    ['dark', 1440],
    ['light', 390],
  ] as const)('has no serious fault and no sideways scroll in %s at %i px', async (theme, width) => {
    const { requestId } = await failedLine();
    const page = await visit(`/requests/${requestId}`, { theme, width });
    await page
      .getByRole('region', { name: /Like it/ })
      .getByRole('table')
      .waitFor();
    await page.getByText(/in all\./).waitFor();
    await expectAccessible(page);
    await expectFits(page);
  });
});
