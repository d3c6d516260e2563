import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hasChromium, launchChromium, openPage } from '../chromium';
import { labSources, startConsole } from '../demo-stack';
import { freePort } from '../free-port';

/** Stands before the lab and can be told to fail for a while. */
function startFaultyProxy(targetUrl: string) {
  const state = { broken: false };
  const server = createServer(async (request, response) => {
    if (state.broken) return void request.socket.destroy();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await fetch(targetUrl + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return new Promise<{ server: Server; url: string; state: { broken: boolean } }>((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ server, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    );
  });
}

describe.skipIf(!hasChromium())('when sources fail', () => {
  let browser: Browser;
  let proxy: Awaited<ReturnType<typeof startFaultyProxy>>;
  let console_: Awaited<ReturnType<typeof startConsole>>;

  beforeAll(async () => {
    const labUrl = inject('labUrl');
    proxy = await startFaultyProxy(labUrl);
    const closed = `http://127.0.0.1:${await freePort()}`;
    const config = labSources(labUrl)
      .replace(`${labUrl}/prometheus`, `${proxy.url}/prometheus`)
      .replace(`${labUrl}/loki`, closed);
    [browser, console_] = await Promise.all([launchChromium(), startConsole(config)]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), console_?.process.stop()]);
    proxy?.server.closeAllConnections();
    proxy?.server.close();
    if (console_) await rm(console_.folder, { recursive: true, force: true });
  });

  it('blames Loki in its own panel, while the others show their numbers', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${console_.url}/models/fraud_detector`);
    await page
      .getByRole('region', { name: /Requests by version/ })
      .locator('canvas')
      .first()
      .waitFor();
    const errors = page.getByRole('region', { name: 'Errors by reason' });
    await errors.getByText(/Loki/).first().waitFor();
    await context.close();
  });

  it('marks Loki as failing under Settings, with what to do', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${console_.url}/settings/sources`);
    const row = page.getByRole('table', { name: 'Sources' }).getByRole('row').filter({ hasText: 'Loki' });
    await row
      .getByText(/refus|reach|running/i)
      .first()
      .waitFor();
    await context.close();
  });

  it('keeps the last good fleet, with its age and the source to blame, and recovers', async () => {
    const { page, context } = await openPage(browser);
    await page.goto(`${console_.url}/?refresh=15s`);
    const fleet = page.getByRole('region', { name: 'Fleet', exact: true });
    await fleet.getByRole('link', { name: 'fraud_detector' }).waitFor();
    proxy.state.broken = true;
    await fleet
      .getByText(/Prometheus/)
      .first()
      .waitFor({ timeout: 75_000 });
    expect(await fleet.getByRole('link', { name: 'fraud_detector' }).isVisible()).toBe(true);
    proxy.state.broken = false;
    await fleet.getByRole('button', { name: 'Ask again' }).click();
    await fleet.getByRole('alert').waitFor({ state: 'detached' });
    await context.close();
  });

  it('says of an unknown model that it is not known, and of a hostile name the same', async () => {
    for (const model of ['no_such_model', '"} or vector(1) #', 'x'.repeat(5_000)]) {
      const now = Date.now();
      const response = await fetch(
        `${console_.url}/api/models/${encodeURIComponent(model)}/summary?startMs=${now - 3_600_000}&endMs=${now}`,
      );
      expect([400, 404], model.slice(0, 30)).toContain(response.status);
      const body = (await response.json()) as { error: { message: string } };
      expect(body.error.message.length).toBeGreaterThan(10);
    }
  });
});
