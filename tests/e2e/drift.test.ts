import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { expectFits, watchedBrowser } from './watched-browser';

/** When the lab itself says that the drift of `amount` begins. */
async function trueOnsetMs(): Promise<number> {
  const story = await (await fetch(inject('labUrl'))).text();
  const line = /^\s*(\S+)\s+input amount of churn_scorer begins to drift/m.exec(story);
  return Date.parse(line?.[1] ?? '');
}

describe.skipIf(!hasChromium())('Drift & quality in a browser', () => {
  const { visit } = watchedBrowser();

  const answer = (page: Page) => page.getByRole('region', { name: 'Answer' });
  const features = (page: Page) => page.getByRole('table', { name: 'Features', exact: true });
  const rowOf = (page: Page, name: string) =>
    features(page)
      .locator('tbody tr')
      .filter({ has: page.getByText(name, { exact: true }) });

  it('says what drifted and since when, that labels stopped, and which cohort is served worse', async () => {
    const page = await visit('/drift?model=churn_scorer');
    await answer(page)
      .getByText(/has drifted since/)
      .waitFor();
    await answer(page).getByText('The label feed is stale').waitFor();
    await answer(page)
      .getByText(/Cohort senior is served worse/)
      .waitFor();
    const text = (await answer(page).textContent()) ?? '';
    expect(text).toMatch(
      /churn_scorer 1\.8\.2: amount has drifted since \d{4}-\d\d-\d\d \d\d:\d\d|amount has drifted since \d\d:\d\d/,
    );
    expect(text).not.toMatch(/session_length_s|account_age_days|merchant_risk|country/);
  });

  it('dates the drift within one window of its true start, and calls no other feature', async () => {
    const page = await visit('/drift?model=churn_scorer');
    const { rows, windowMs } = await page.evaluate(async () => {
      const endMs = Math.floor(Date.now() / 60_000) * 60_000;
      const range = `startMs=${endMs - 24 * 3_600_000}&endMs=${endMs}&windows=24`;
      const response = await fetch(`/api/drift/heat?model=churn_scorer&${range}`);
      return (await response.json()) as {
        windowMs: number;
        rows: { feature: string; began: { sinceMs: number } | null }[];
      };
    });
    const began = rows.filter((row) => row.began !== null);
    expect(began.map(({ feature }) => feature)).toEqual(['amount']);
    expect(Math.abs((began[0]?.began?.sinceMs ?? 0) - (await trueOnsetMs()))).toBeLessThanOrEqual(windowMs);
    await rowOf(page, 'amount').getByText('drifted').waitFor();
    for (const name of ['country', 'session_length_s', 'account_age_days', 'merchant_risk']) {
      await rowOf(page, name)
        .getByText(/within noise|stable/)
        .waitFor();
    }
  });

  it('always says what it is held against, and takes another reference by the address', async () => {
    const page = await visit('/drift?model=churn_scorer');
    await page.getByText(/against the training baseline of 1\.8\.2/).waitFor();
    await page.getByLabel('Against').selectOption('earlier');
    await page.waitForURL(/with=earlier/);
    await page.getByText(/against the 24 h before/).waitFor();
  });

  it('opens a feature by keyboard: distributions, since when, and its log lines', async () => {
    const page = await visit('/drift?model=churn_scorer');
    await rowOf(page, 'amount').waitFor();
    await rowOf(page, 'amount').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/feature=amount/);
    const detail = page.getByRole('region', { name: 'amount', exact: true });
    await detail.getByRole('img', { name: /amount: .* changed most/ }).waitFor();
    await detail.getByText(/Moved since/).waitFor();
    await page.getByRole('region', { name: 'Quantiles over time' }).locator('canvas').first().waitFor();
    await detail.getByRole('link', { name: 'Log lines that carry amount' }).click();
    await page.waitForURL(/\/logs\?/);
    await page.getByRole('region', { name: 'Log lines' }).locator('li').first().waitFor();
  });

  it('moves through the features with j, k and arrows, and finds one by name', async () => {
    const page = await visit('/drift?model=churn_scorer');
    await rowOf(page, 'amount').waitFor();
    await rowOf(page, 'amount').focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate('document.activeElement?.getAttribute("aria-rowindex")')).toBe('3');
    await page.getByLabel('Find a feature').fill('risk');
    await page.getByText('1 of 5 features').waitFor();
    await page.waitForURL(/find=risk/);
  });

  it('shows quality with its bands, the stopped labels and the cohorts', async () => {
    const page = await visit('/drift?model=churn_scorer&tab=quality');
    await page.getByRole('region', { name: 'recall' }).locator('canvas').first().waitFor();
    await page
      .getByText(/The label feed stopped/)
      .first()
      .waitFor();
    const cohorts = page.getByRole('table', { name: 'Cohorts' });
    const senior = cohorts.locator('tbody tr').first();
    await senior
      .getByText(/senior/)
      .first()
      .waitFor();
    await senior.getByRole('img', { name: /of overall, 95 % interval/ }).waitFor();
  });

  it('sees no routing bias between the versions of a rollout', async () => {
    const page = await visit('/drift?model=fraud_detector&tab=arms');
    await page.getByText(/2\.4\.0 and 2\.3\.0 get the same requests/).waitFor();
  });

  it('refuses a broken reference with the place, keeps the file chosen, and takes it once it is right', async () => {
    // A refused file is an answer of 400, which the browser writes to its console.
    const page = await visit('/drift?model=reco&tab=references', { expects: /status of 4\d\d/ });
    const file = page.getByLabel('File', { exact: true });
    await file.setInputFiles({
      name: 'reco.json',
      mimeType: 'application/json',
      buffer: Buffer.from(
        '{"features": {"amount": {"buckets": [{"le": 10, "count": -5}, {"le": "+Inf", "count": 3}]}}}',
      ),
    });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/amount/)
      .first()
      .waitFor();
    expect(await file.evaluate((input) => (input as HTMLInputElement).files?.length)).toBe(1);
    const values = Array.from({ length: 900 }, (_, i) => `${(i * 37) % 500},${['DE', 'US'][i % 2]}`);
    await file.setInputFiles({
      name: 'reco.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`amount,country\n${values.join('\n')}\n`),
    });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    const stored = page.getByRole('table', { name: 'Uploaded references' });
    await stored.getByText('reco.csv').waitFor();
    await page.getByRole('radio', { name: 'Inputs' }).click();
    await page
      .getByText(/against baseline of every version, uploaded by .*, sha [0-9a-f]{8}/)
      .first()
      .waitFor();
    await page.getByRole('radio', { name: 'References' }).click();
    await stored.getByRole('button', { name: 'Remove' }).click();
    await stored.getByRole('button', { name: 'Press again to remove' }).click();
    await stored.waitFor({ state: 'detached' });
  });

  it('agrees between histograms and prediction logs, and reads more lines on demand', async () => {
    const page = await visit('/drift?model=churn_scorer&source=logs&refresh=off');
    await rowOf(page, 'amount').getByText('drifted').waitFor();
    await rowOf(page, 'merchant_risk')
      .getByText(/within noise|stable/)
      .waitFor();
    await page.getByRole('button', { name: 'Read more prediction lines' }).click();
    await page.getByText(/The table shows what [\d\s]+ lines/).waitFor();
    await rowOf(page, 'amount').getByText('drifted').waitFor();
  });

  it('has the alert rules ready to load', async () => {
    const page = await visit('/drift?model=churn_scorer&tab=alerts');
    await page
      .getByText(/^groups:/m)
      .first()
      .waitFor();
    expect(await page.getByRole('link', { name: 'Download' }).getAttribute('href')).toContain('/api/drift/rules');
  });

  it('says whose inputs moved before a model is chosen, and leads to it', async () => {
    const page = await visit('/drift');
    await answer(page).getByRole('link', { name: 'churn_scorer' }).waitFor();
    await answer(page)
      .getByText(/amount drifted/)
      .waitFor();
    const first = page.getByRole('table', { name: 'Models' }).locator('tbody tr').first();
    await first.getByText('amount drifted').waitFor();
    await first.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/drift\?.*model=churn_scorer/);
  });

  it.each([
    { width: 1280, whole: 'every column' },
    { width: 390, whole: 'state, name and strip' },
  ])('has in sight at $width px without scrolling: $whole', async ({ width }) => {
    const page = await visit('/drift?model=churn_scorer', { width, height: 844 });
    const strip = rowOf(page, 'amount').getByRole('img', { name: /^amount over time/ });
    const last = width === 390 ? strip : features(page).getByRole('columnheader').last();
    await strip.waitFor();
    const [own, table] = [await last.boundingBox(), await page.locator('[data-features]').boundingBox()];
    if (own === null || table === null) throw new Error('nothing is drawn');
    expect(own.x + own.width).toBeLessThanOrEqual(table.x + table.width + 1);
  });

  it('leads there from the fleet', async () => {
    const page = await visit('/');
    await page
      .getByRole('table', { name: 'Fleet' })
      .getByRole('link', { name: /amount.*drifted|quiet|not measured/ })
      .first()
      .click();
    await page.waitForURL(/\/drift\?.*model=/);
  });

  it.each(['/drift?model=churn_scorer&feature=amount', '/drift?model=churn_scorer&tab=quality'])(
    'fits %s in 390 px without scrolling the page sideways',
    async (path) => {
      const page = await visit(path, { width: 390, height: 844 });
      await answer(page).waitFor();
      await page.waitForLoadState('networkidle');
      await expectFits(page);
    },
  );

  describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
    it.each([
      '/drift',
      '/drift?model=churn_scorer&feature=amount',
      '/drift?model=churn_scorer&tab=output',
      '/drift?model=churn_scorer&tab=quality',
      '/drift?model=fraud_detector&tab=arms',
      '/drift?model=churn_scorer&tab=references',
    ])('%s has no serious accessibility fault', async (path) => {
      const page = await visit(path, { theme });
      if (path === '/drift') await page.getByRole('link', { name: 'churn_scorer' }).first().waitFor();
      else await answer(page).waitFor();
      await page.waitForLoadState('networkidle');
      await expectAccessible(page);
    });
  });
});
