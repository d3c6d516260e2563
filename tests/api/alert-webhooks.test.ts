import { createHmac, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { GET as deliveries } from '@/app/api/alert-deliveries/route';
import { POST as alertmanager } from '@/app/api/webhooks/alertmanager/route';
import { POST as grafana } from '@/app/api/webhooks/grafana/route';
import { AlertDeliveries, WebhookReceipt } from '@/lib/contracts/incident-alert';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import type { RouteHandler } from '@/lib/server/route';
import { alert, message } from '../server/alert-intake/webhook-bodies';
import { call, useConfig } from './console';

const OLD = 'the-old-secret-of-this-test';
const NEW = 'the-new-secret-of-this-test';
const HEADER = 'x-grafana-alerting-signature';

const config = (more = '') => `
sources: { prometheus: { url: 'http://127.0.0.1:9' } }
webhooks:
  in:
    maxBody: 100kB
    alertmanager: { secret: ${NEW}, previousSecret: ${OLD} }
    grafana: { secret: ${NEW}, timestampHeader: X-Stamp }
${more}`;

const fresh = () => JSON.stringify(message([alert({ fingerprint: randomUUID() })]));

async function post(
  handler: RouteHandler,
  body: string | Buffer | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
) {
  // What a stream needs beyond the type that the browser knows.
  const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
  const response = await handler(new Request('http://windsock.internal/api/webhooks/x', init));
  const answer: unknown = await response.json();
  return { status: response.status, answer, retryAfter: response.headers.get('retry-after') };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

describe('a webhook of alerts', () => {
  beforeAll(async () => {
    useConfig(config());
    await migrate(getConfig().database.url);
  });

  it('takes both secrets while senders change over, as a token or as a password, whatever host it was sent to', async () => {
    for (const secret of [NEW, OLD]) {
      expect((await post(alertmanager, fresh(), bearer(secret))).status).toBe(200);
      const basic = `Basic ${Buffer.from(`windsock:${secret}`).toString('base64')}`;
      expect((await post(alertmanager, fresh(), { authorization: basic })).status).toBe(200);
    }
  });

  it('refuses the wrong secret and none, and keeps nothing of it', async () => {
    const count = async () => AlertDeliveries.parse((await call(deliveries)).body).deliveries.length;
    const before = await count();
    for (const headers of [{}, bearer('wrong'), bearer(''), { authorization: NEW }]) {
      expect((await post(alertmanager, fresh(), headers)).status).toBe(401);
    }
    expect(await count()).toBe(before);
  });

  it('takes the signature of Grafana, and none that is older than five minutes or of another body', async () => {
    const body = JSON.stringify(message([alert({ fingerprint: randomUUID() })], { version: '1' }));
    const signed = (stamp: number, text = body) => ({
      'x-stamp': String(stamp),
      [HEADER]: createHmac('sha256', NEW).update(`${stamp}:${text}`).digest('hex'),
    });
    const nowS = Math.floor(Date.now() / 1_000);
    expect((await post(grafana, body, signed(nowS))).status).toBe(200);
    expect((await post(grafana, body, signed(nowS - 301))).status).toBe(401);
    expect((await post(grafana, `${body} `, signed(nowS))).status).toBe(401);
    const unstamped = { [HEADER]: createHmac('sha256', NEW).update(body).digest('hex') };
    expect((await post(grafana, body, unstamped)).status).toBe(401);
  });

  it('never answers 4xx to who shows the secret: odd types, packed, without a length, too long, no JSON', async () => {
    const headers = bearer(NEW);
    const many = JSON.stringify(message(Array.from({ length: 400 }, (_, i) => alert({ fingerprint: `long-${i}` }))));
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        const text = fresh();
        controller.enqueue(new TextEncoder().encode(text.slice(0, 100)));
        controller.enqueue(new TextEncoder().encode(text.slice(100)));
        controller.close();
      },
    });
    const told = [
      await post(alertmanager, fresh(), { ...headers, 'content-type': 'text/plain' }),
      await post(alertmanager, gzipSync(fresh()), { ...headers, 'content-encoding': 'gzip' }),
      await post(alertmanager, chunks, headers),
      await post(alertmanager, many, headers),
      await post(alertmanager, '<html>', headers),
    ];
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(told.map(({ answer }) => WebhookReceipt.parse(answer).outcome)).toEqual([
      'stored',
      'stored',
      'stored',
      'stored',
      'unparsed',
    ]);
    const { deliveries: kept } = AlertDeliveries.parse((await call(deliveries)).body);
    const cut = kept.find(({ cutBytes }) => cutBytes > 0);
    expect(cut?.sizeBytes).toBe(100_000);
    expect(cut?.alerts).toBeGreaterThan(200);
    expect(cut?.alerts).toBeLessThan(400);
    expect(cut?.sentence).toContain('more than is kept');
  });

  it('is told to come again where the body broke off, or the database cannot store', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"alerts":['));
        controller.error(new Error('the sender went'));
      },
    });
    expect(await post(alertmanager, broken, bearer(NEW))).toMatchObject({ status: 503, retryAfter: '10' });
    useConfig(config());
    // No tables yet: nothing can be stored, and nothing is lost by it.
    expect(await post(alertmanager, fresh(), bearer(NEW))).toMatchObject({ status: 503, retryAfter: '10' });
  });

  it('takes nothing in without a secret, and says what to configure', async () => {
    useConfig("sources: { prometheus: { url: 'http://127.0.0.1:9' } }");
    const { status, answer } = await post(alertmanager, fresh(), bearer(NEW));
    expect(status).toBe(503);
    expect(JSON.stringify(answer)).toContain('webhooks.in.alertmanager.secret');
  });
});
