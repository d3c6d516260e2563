import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

describe.skipIf(!hasChromium())('Readiness in a browser', () => {
  const { visit } = watchedBrowser();

  it('says what fails and how to mend it, by keyboard, and the link shows the same', async () => {
    const page = await visit('/readiness');
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText(/of 14 checks pass/).waitFor();
    const check = page.getByRole('button', { name: /Labels arrive/ });
    await check.focus();
    await check.press('Enter');
    await page
      .getByRole('region', { name: 'Checks' })
      .getByText(/Look at the feed of labels/)
      .waitFor();
    expect(page.url()).toContain('check=label-freshness');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download report' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('readiness.md');
  });

  it('lets somebody vouch for what no telemetry tells, and take it back', async () => {
    const page = await visit('/readiness?model=reco');
    await page.getByRole('button', { name: 'Sign off: Retraining' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign off: Retraining' });
    await dialog.getByLabel('How it was made sure').fill('Decided in the review of this month.');
    await dialog.getByRole('button', { name: 'Sign off' }).press('Enter');
    await page.getByText('Decided in the review of this month.').waitFor();
    const withdraw = page.getByRole('button', { name: /^(Withdraw|Press again to withdraw) Retraining/ });
    await withdraw.click();
    await withdraw.click();
    await page.getByText('Decided in the review of this month.').waitFor({ state: 'detached' });
  });

  it.each(['dark', 'light'] as const)('has no serious fault for axe, %s, nor on a phone', async (theme) => {
    const page = await visit('/readiness?check=log-json');
    await page.emulateMedia({ colorScheme: theme });
    await page
      .getByRole('button', { name: /Copy snippet/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 800 });
    await expectFits(page);
    await expectAccessible(page);
  });
});
