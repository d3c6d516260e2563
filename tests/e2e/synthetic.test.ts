import { rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hasChromium, launchChromium, openPage } from '../chromium';
import { labSources, startConsole } from '../demo-stack';
import { expectAccessible } from './axe';
import { expectFits } from './watched-browser';

/** A console of its own: the scenario's numbers, which other tests compare, are not to be moved by checks. */
describe.skipIf(!hasChromium())('synthetic checks and sampling in a browser', () => {
  let browser: Browser;
  let own: Awaited<ReturnType<typeof startConsole>>;
  const pages: Awaited<ReturnType<typeof openPage>>[] = [];
  beforeAll(async () => {
    const labUrl = inject('labUrl');
    const check = `{ url: '${labUrl}/predict/reco', interval: 1d, body: { features: { amount: 48 } }, expect: { contains: score } }`;
    own = await startConsole(`${labSources(labUrl)}models:\n  - name: reco\n    synthetic: ${check}\n`);
    browser = await launchChromium();
  });
  afterAll(async () => {
    expect(
      pages.flatMap(({ faults }) => faults),
      'errors in the console of the browser',
    ).toEqual([]);
    await browser?.close();
    await own?.process.stop();
    if (own !== undefined) await rm(own.folder, { recursive: true, force: true });
  });
  const visit = async (path: string): Promise<Page> => {
    const watched = await openPage(browser);
    pages.push(watched);
    await watched.page.goto(own.url + path);
    return watched.page;
  };

  it('follows a check asked for by keyboard to its trace, log line and metric', async () => {
    const page = await visit('/readiness/checks');
    const press = page.getByRole('button', { name: 'Run now: the check of reco' });
    await press.focus();
    await press.press('Enter');
    const found = page.getByRole('table', { name: 'What was found of this run' });
    for (const name of ['trace', 'log line', 'metric']) {
      // The next scrape of the lab is up to 30 s away.
      await found.getByRole('link', { name, exact: true }).waitFor();
    }
    await page.getByText(/The check of reco/).waitFor();
    expect(page.url()).toContain('run=');
    await found.getByRole('link', { name: 'trace', exact: true }).press('Enter');
    await page.getByText('POST /predict').first().waitFor();
  });

  it('says the rates in the address, what they keep, and the configuration for them', async () => {
    const page = await visit('/readiness/sampling?head=50&rest=5&slow=300');
    const table = page.getByRole('table', { name: 'What the rates keep' });
    await table.getByText('fraud_detector').waitFor();
    const text = page.getByRole('region', { name: 'Configuration of the collector' });
    await text.getByText('OTEL_TRACES_SAMPLER_ARG=0.5').waitFor();
    await text.getByText('threshold_ms: 300').waitFor();
    await page.getByLabel('Head: traces begun, %').fill('120');
    await page.getByText('Give a percentage from 0 to 100.').waitFor();
    await page.getByLabel('Head: traces begun, %').fill('25');
    await text.getByText('OTEL_TRACES_SAMPLER_ARG=0.25').waitFor();
    expect(page.url()).toContain('head=25');
  });

  it.each([
    ['/readiness/checks', 'dark'],
    ['/readiness/checks', 'light'],
    ['/readiness/sampling', 'dark'],
    ['/readiness/sampling', 'light'],
  ] as const)('%s has no serious fault for axe, %s, and fits a phone', async (path, theme) => {
    const page = await visit(path);
    await page.emulateMedia({ colorScheme: theme });
    await page.getByRole('region', { name: 'Answer' }).waitFor();
    if (path.endsWith('checks')) await page.getByRole('group', { name: /^Runs of reco/ }).waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 800 });
    await expectFits(page);
  });

  it('serves its metrics with the result of the check', async () => {
    const text = await (await fetch(`${own.url}/metrics`)).text();
    expect(text).toContain('windsock_synthetic_success{model_name="reco"} 1');
    expect(text).toMatch(/windsock_http_request_duration_seconds_count\{.*route="\/api\/synthetic"/);
  });
});
