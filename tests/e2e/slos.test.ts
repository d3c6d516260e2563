import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

describe.skipIf(!hasChromium())('SLOs in a browser', () => {
  const { visit } = watchedBrowser();

  const answer = (page: Page) => page.getByRole('region', { name: 'Answer' });
  const table = (page: Page) => page.getByRole('table', { name: 'Objectives' });

  it('says which budget burns, opens it by keyboard, and the link shows the same', async () => {
    const page = await visit('/slos');
    await answer(page)
      .getByText(/burns? /)
      .first()
      .waitFor();
    const row = table(page).getByRole('row').filter({ hasText: 'fraud_detector' }).filter({ hasText: 'succeed' });
    await row.focus();
    await row.press('Enter');
    const details = page.getByRole('region', { name: 'Details of fraud_detector availability' });
    await details.getByRole('img', { name: /^Budget left/ }).waitFor();
    await details.getByRole('list', { name: 'By version' }).getByText('2.3.0').waitFor();
    expect(page.url()).toContain('objective=fraud_detector%2Favailability');
    const other = await visit(new URL(page.url()).pathname + new URL(page.url()).search);
    await other.getByRole('region', { name: 'Details of fraud_detector availability' }).waitFor();
    await other.getByRole('button', { name: 'Close details' }).press('Enter');
    await other.getByRole('region', { name: /^Details of/ }).waitFor({ state: 'detached' });
  });

  it('gives the rules as files, with what the Prometheus has loaded', async () => {
    const page = await visit('/slos');
    const rules = page.getByRole('region', { name: 'Alert rules' });
    await rules.getByText(/none of them these: nobody is called/).waitFor();
    await rules.getByText('windsock:slo_burn:ratio_rate5m').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      rules.getByRole('link', { name: /windsock-rules\.yml/ }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('windsock-rules.yml');
    await rules.getByRole('radio', { name: 'Its unit tests' }).click();
    await rules.getByText(/promtool test rules/).waitFor();
  });

  it('shows the objectives of one model, and leads back to all', async () => {
    const page = await visit('/slos?model=reco');
    await table(page).getByText('reco').first().waitFor();
    expect(await table(page).getByText('churn_scorer').count()).toBe(0);
    await page.getByRole('link', { name: 'Objectives of all models' }).click();
    await table(page).getByText('churn_scorer').waitFor();
  });

  it.each(['dark', 'light'] as const)('has no serious fault for axe, %s', async (theme) => {
    const page = await visit('/slos?objective=fraud_detector%2Favailability');
    await page.emulateMedia({ colorScheme: theme });
    await page.getByRole('list', { name: 'By version' }).waitFor();
    await expectAccessible(page);
  });

  it('is readable on a phone', async () => {
    const page = await visit('/slos?objective=fraud_detector%2Favailability');
    await page.setViewportSize({ width: 390, height: 800 });
    await page.getByRole('list', { name: 'By version' }).waitFor();
    await expectFits(page);
  });
});
