import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as audit } from '@/app/api/audit/route';
import { GET as verification } from '@/app/api/audit/verification/route';
import { POST as replay } from '@/app/api/webhooks/deliveries/[id]/replay/route';
import { GET as delivery } from '@/app/api/webhooks/deliveries/[id]/route';
import { GET as deliveries } from '@/app/api/webhooks/deliveries/route';
import { AuditPage, AuditVerification } from '@/lib/contracts/audit';
import { ErrorBody } from '@/lib/contracts/error';
import { WebhookDeliveries, WebhookDeliveryDetail } from '@/lib/contracts/webhook';
import { recordAudit } from '@/lib/server/audit/store';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { enqueueEvent } from '@/lib/server/webhooks/outbox';

const directory = mkdtempSync(join(tmpdir(), 'windsock-records-'));
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ADDRESS = 'http://localhost/api';

beforeAll(async () => {
  const file = join(directory, 'windsock.yaml');
  writeFileSync(
    file,
    `sources: { prometheus: { url: "http://127.0.0.1:9" } }
webhooks: { out: [{ name: chat, url: "https://chat.example.com/hooks/T0KEN?key=T0KEN", secret: ${SECRET}, events: [incident.*] }] }
`,
  );
  process.env.WINDSOCK_CONFIG = file;
  process.env.DATABASE_URL = `file:${join(directory, 'windsock.db')}`;
  await migrate(process.env.DATABASE_URL);
  await db().write(async (transaction) => {
    const event = { type: 'incident.declared', subject: 'incident:1', payload: { title: 'x' }, nowMs: 1_000 };
    await enqueueEvent(transaction, { ...event, idempotencyKey: 'incident:1:declared' });
    await enqueueEvent(transaction, { ...event, type: 'guard.fired', idempotencyKey: 'guard:1' });
    for (let number = 1; number <= 130; number += 1) {
      await recordAudit(transaction, {
        actor: { id: 'ana', name: 'Ana' },
        action: number % 2 === 0 ? 'note.edit' : 'incident.declare',
        subject: `note:${number}`,
        before: null,
        after: { number },
        atMs: number,
      });
    }
  });
});
afterAll(async () => {
  await db().close();
  rmSync(directory, { recursive: true, force: true });
});

const ask = async (handler: typeof audit, path: string) => (await handler(new Request(`${ADDRESS}/${path}`))).json();
const about = (id: string) => ({ params: Promise.resolve({ id }) });
const list = async (query = '') => WebhookDeliveries.parse(await ask(deliveries, `webhooks/deliveries?${query}`));

describe('/api/webhooks/deliveries', () => {
  it('lists what each endpoint asked for, and shows no more of its address than the host', async () => {
    const answer = await list();
    expect(answer.deliveries).toMatchObject([
      { endpoint: 'chat', type: 'incident.declared', state: 'pending', attempts: 0 },
    ]);
    expect(answer.endpoints).toMatchObject([{ name: 'chat', host: 'chat.example.com', pending: 1 }]);
    expect(JSON.stringify(answer)).not.toMatch(/T0KEN|whsec|MfKQ/);
    expect((await list('state=dead')).deliveries).toEqual([]);
    expect((await list('endpoint=other')).deliveries).toEqual([]);
    expect((await list('subject=incident:1')).deliveries).toHaveLength(1);
  });

  it('answers one with its body, and sends again what was given up', async () => {
    const id = (await list()).deliveries[0]?.id ?? '';
    const one = WebhookDeliveryDetail.parse(await (await delivery(new Request(ADDRESS), about(id))).json());
    expect(JSON.parse(one.payload)).toMatchObject({ type: 'incident.declared', data: { title: 'x' } });
    await db().write((transaction) =>
      transaction.webhookDelivery.update({
        where: { id },
        data: { state: 'dead', settledAtMs: 5n, attemptsInRound: 10 },
      }),
    );
    const post = new Request(ADDRESS, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    const again = WebhookDeliveryDetail.parse(await (await replay(post, about(id))).json());
    expect(again).toMatchObject({ id, state: 'pending', settledAtMs: null });
    const entries = AuditPage.parse(await ask(audit, 'audit?action=webhook.replay')).entries;
    expect(entries).toMatchObject([{ subject: `webhook:${id}` }]);
  });

  it.each([
    ['no id of a delivery', 'x', 400],
    ['an id that is not there', `msg_${'0'.repeat(32)}`, 404],
  ])('refuses %s', async (_, id, status) => {
    const response = await delivery(new Request(ADDRESS), about(id));
    expect(response.status).toBe(status);
    ErrorBody.parse(await response.json());
  });

  it('refuses a page that nobody gave', async () => {
    expect((await deliveries(new Request(`${ADDRESS}/webhooks/deliveries?after=dead.1.x`))).status).toBe(400);
  });
});

describe('/api/audit', () => {
  it('answers page by page, newest first, and by action and subject', async () => {
    const first = AuditPage.parse(await ask(audit, 'audit?actor=ana'));
    expect(first.entries).toHaveLength(100);
    expect(first.entries[0]).toMatchObject({
      sequence: 130,
      action: 'note.edit',
      actor: { name: 'Ana' },
      isErased: false,
    });
    const second = AuditPage.parse(await ask(audit, `audit?actor=ana&before=${first.next}`));
    expect(second.entries.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 30 }, (_, index) => 30 - index),
    );
    expect(second.next).toBeNull();
    expect(first.actions).toEqual(expect.arrayContaining(['incident.declare', 'note.edit']));
    const notes = AuditPage.parse(await ask(audit, 'audit?action=note&subject=note:4'));
    expect(notes.entries.map(({ subject }) => subject)).toEqual(['note:4']);
    expect((await audit(new Request(`${ADDRESS}/audit?action=%25`))).status).toBe(400);
  });

  it('says that the chain holds', async () => {
    const answer = AuditVerification.parse(await ask(verification, 'audit/verification'));
    expect(answer).toMatchObject({ state: 'intact', broken: null, checkpoints: { count: 0, newest: null } });
    expect(answer.entries).toBeGreaterThanOrEqual(130);
  });
});
