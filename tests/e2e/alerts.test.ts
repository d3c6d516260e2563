import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

describe.skipIf(!hasChromium())('alerts in a browser', () => {
  const { visit } = watchedBrowser();
  const table = (page: Page) => page.getByRole('table', { name: 'Alerts', exact: true });
  const noise = (page: Page) => page.getByRole('table', { name: 'How often alerts fired' });

  it('says what fires, and opens it by keyboard with its runbook and its graph', async () => {
    const page = await visit('/alerts');
    await page.getByRole('region', { name: 'Answer', exact: true }).getByText('LabelsStale of churn_scorer').waitFor();
    const row = table(page).getByRole('row').filter({ hasText: 'LabelsStale' });
    await row.focus();
    await row.press('Enter');
    const details = page.getByRole('region', { name: 'Details of LabelsStale' });
    await details.getByRole('link', { name: 'https://runbooks.example.com/labels-stale' }).waitFor();
    await details.getByRole('img', { name: /^Metric/ }).waitFor();
    await details.getByRole('button', { name: 'Declare incident' }).waitFor();
    expect(page.url()).toMatch(/alert=[0-9a-f]{16}/);
    await noise(page).getByText('LabelsStale').waitFor();
    // The lab's Alertmanager holds a warning back while the same model pages.
    await table(page).getByRole('row').filter({ hasText: 'HighErrorRate' }).getByText('inhibited').waitFor();
  });

  it('opens the form of a silence where the reader looks, by keyboard, with what it would mute', async () => {
    const page = await visit('/alerts');
    await page
      .getByRole('region', { name: 'Answer', exact: true })
      .getByRole('link', { name: /^LabelsStale/ })
      .click();
    await page.getByRole('button', { name: 'Silence…' }).press('Enter');
    const form = page.getByRole('form', { name: 'Silence LabelsStale' });
    await form.getByText(/It would mute 1 of \d+ alerts right now/).waitFor();
    await expect.poll(() => form.evaluate((one) => one.getBoundingClientRect().top < window.innerHeight)).toBe(true);
    // The keyboard goes on in it.
    await page.keyboard.press('Tab');
    expect(await form.evaluate((one) => one.contains(document.activeElement))).toBe(true);
    expect(await form.getByRole('button', { name: 'Make silence' }).isDisabled()).toBe(true);
    await form.getByText('Say why first.').waitFor();
    await expectAccessible(page);
  });

  it.each(['dark', 'light'] as const)('has no serious fault for axe, %s', async (theme) => {
    const page = await visit('/alerts');
    await page.emulateMedia({ colorScheme: theme });
    await noise(page).waitFor();
    await expectAccessible(page);
  });

  it('is readable on a phone', async () => {
    const page = await visit('/alerts');
    await page.setViewportSize({ width: 390, height: 800 });
    await noise(page).waitFor();
    await expectFits(page);
  });
});
