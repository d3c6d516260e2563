import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium } from '../chromium';
import { expectAccessible } from './axe';
import { chooseInPalette, dragOver, expectFits, restingBox, watchedBrowser } from './watched-browser';

describe.skipIf(!hasChromium())('Overview, model page and sources in a browser', () => {
  const { visit } = watchedBrowser();

  const fleetRow = (page: Page, name: string) =>
    page.getByRole('table', { name: 'Fleet' }).getByRole('link', { name, exact: true });

  it('answers first: the sentence names the failing model, and the table shows its versions', async () => {
    const page = await visit('/');
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer
      .getByText(/fraud_detector/)
      .first()
      .waitFor();
    await fleetRow(page, 'fraud_detector').waitFor();
    await fleetRow(page, '2.4.0').first().waitFor();
    await page
      .getByText(/challenger \d+/)
      .first()
      .waitFor();
  });

  it('leads from the Overview to the model, from a dot to its trace', async () => {
    // Standing still: a live chart moves its dots between the look and the click.
    const page = await visit('/?refresh=off');
    await fleetRow(page, 'fraud_detector').click();
    await page.waitForURL(/\/models\/fraud_detector/);
    const panel = page.getByRole('region', { name: /P95 by version/ });
    const canvas = panel.locator('canvas').first();
    await canvas.waitFor();
    const link = panel.getByRole('list', { name: 'Slowest exemplars' }).getByRole('link').first();
    expect(await link.getAttribute('href')).toMatch(/^\/traces\/[0-9a-f]{32}/);
    // What loads above the chart moves it.
    await page.waitForLoadState('networkidle');
    await openDot(page, canvas);
    expect(page.url()).toMatch(/\/traces\/[0-9a-f]{32}/);
  });

  it('keeps range and model from page to page, and goes back', async () => {
    const page = await visit('/?from=now-3h');
    await fleetRow(page, 'reco').click();
    await page.waitForURL(/\/models\/reco\?.*from=now-3h/);
    await page.goBack();
    await page.waitForURL((at) => at.pathname === '/' && at.search.includes('from=now-3h'));
  });

  it('zooms by dragging on a chart, for every chart of the page, and back by a double click', async () => {
    const page = await visit('/models/fraud_detector');
    const canvas = page
      .getByRole('region', { name: /Requests by version/ })
      .locator('canvas')
      .first();
    await dragOver(canvas, [0.3, 0.5], [0.6, 0.5]);
    await page.waitForURL(/from=\d{13}&to=\d{13}/);
    const zoomed = await restingBox(canvas);
    await page.mouse.dblclick(zoomed.x + zoomed.width * 0.5, zoomed.y + zoomed.height / 2);
    await page.waitForURL((at) => !at.search.includes('to='));
  });

  it('says why: the query that ran, its range and its source', async () => {
    const page = await visit('/');
    await fleetRow(page, 'fraud_detector').waitFor();
    const fleet = page.getByRole('region', { name: 'Fleet', exact: true });
    await fleet.hover();
    await page.getByRole('button', { name: 'Why: Fleet' }).click();
    const drawer = page.getByRole('dialog');
    await drawer
      .getByText(/inference_requests_total/)
      .first()
      .waitFor();
    await drawer
      .getByText(/Prometheus/)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  });

  it('shows the table behind a chart', async () => {
    const page = await visit('/models/reco');
    const panel = page.getByRole('region', { name: /Requests by version/ });
    await panel.locator('canvas').first().waitFor();
    await panel.hover();
    await panel.getByRole('button', { name: /Show as table/ }).click();
    await expect.poll(() => panel.getByRole('table').locator('tbody tr').count()).toBeGreaterThan(10);
  });

  it('is worked by keyboard alone: palette, rows, help', async () => {
    const page = await visit('/');
    await fleetRow(page, 'fraud_detector').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/models\//);
    await page.keyboard.press('Control+k');
    await chooseInPalette(page, 'settings', /settings|sources/i);
    await page.waitForURL(/\/settings\/sources/);
    await page.keyboard.press('?');
    await page
      .getByRole('dialog')
      .getByText(/Keyboard|Shortcuts/i)
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL((at) => at.pathname === '/');
  });

  it('takes a note, shows it under the charts, edits it and removes it', async () => {
    // A try that failed halfway has left its note: the words are of this try alone.
    const words = `churn model retrained, ${Date.now()}`;
    const page = await visit('/models/churn_scorer');
    await page
      .getByRole('region', { name: /Requests by version/ })
      .locator('canvas')
      .first()
      .waitFor();
    await page.keyboard.press('Control+k');
    await chooseInPalette(page, 'note', /note/i);
    const form = page.getByRole('dialog');
    await form.getByRole('textbox').first().fill(`${words}, week 46`);
    await form.getByRole('button', { name: /^(Add|Save|Put)/ }).click();
    const rail = page.getByRole('list', { name: 'Changes in this range' }).first();
    await rail.getByRole('button', { name: `${words}, week 46` }).click();
    await page.getByRole('dialog').getByRole('textbox').first().fill(`${words}, week 47`);
    await page.getByRole('dialog').getByRole('button', { name: 'Save note' }).click();
    await rail.getByRole('button', { name: `${words}, week 47` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove note' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Press again to remove' }).click();
    await rail.getByText(`${words}, week 47`).waitFor({ state: 'detached' });
  });

  it.each(['/', '/models/fraud_detector', '/settings/sources'])(
    'fits %s in 390 px without scrolling the page sideways',
    async (path) => {
      const page = await visit(path, { width: 390, height: 844 });
      await page.getByRole('region', { name: 'Answer' }).waitFor();
      await expectFits(page);
      expect(await page.getByRole('navigation').first().isVisible()).toBe(true);
    },
  );

  describe.each(['dark', 'light'] as const)('in the %s theme', (theme) => {
    it.each(['/', '/models/fraud_detector', '/settings/sources'])(
      '%s has no serious accessibility fault',
      async (path) => {
        const page = await visit(path, { theme });
        await page.getByRole('region', { name: 'Answer' }).waitFor();
        await page.waitForLoadState('networkidle');
        await expectAccessible(page);
      },
    );
  });
});

/** Looks for a dot, column by column, and clicks the first: ECharts shows a hand over what opens something. */
async function openDot(page: Page, canvas: ReturnType<Page['locator']>): Promise<void> {
  await canvas.scrollIntoViewIfNeeded();
  const box = await restingBox(canvas);
  for (let x = box.width * 0.1; x < box.width * 0.88; x += 6) {
    for (let y = 6; y < box.height - 20; y += 6) {
      await page.mouse.move(box.x + x, box.y + y);
      if (!(await isHandOnCanvas(page, box.x + x, box.y + y))) continue;
      await page.mouse.click(box.x + x, box.y + y);
      await page.waitForURL(/\/traces\//);
      return;
    }
  }
  throw new Error('no dot was found on the chart');
}

const isHandOnCanvas = (page: Page, x: number, y: number): Promise<boolean> =>
  page.evaluate(
    ([left, top]) => {
      const element = document.elementFromPoint(left ?? 0, top ?? 0);
      return element instanceof HTMLCanvasElement && getComputedStyle(element).cursor === 'pointer';
    },
    [x, y],
  );
