import { afterEach, describe, expect, it } from 'vitest';
import { queryCache } from '@/lib/server/cache';
import { lokiRetention } from '@/lib/server/loki/retention';
import { tempoRetention } from '@/lib/server/tempo/retention';
import { FakeUpstream, fakeSource, json, text } from '../fake-upstream';

/**
 * Pages of settings laid out as the servers write theirs, with the keys around that have the same name elsewhere.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#list-current-configuration
 * https://grafana.com/docs/tempo/latest/configuration/manifest/
 */

const fake = FakeUpstream.forTests();
afterEach(() => queryCache().clear());

const signal = new AbortController().signal;
const loki = () => lokiRetention(fakeSource('loki', fake.url), signal);
const tempo = () => tempoRetention(fakeSource('tempo', fake.url), signal);

describe('how long a Loki keeps its lines', () => {
  const config = ({ deletes, tables }: { deletes: boolean; tables: boolean }) => `
auth_enabled: false
compactor:
  working_directory: /loki/compactor
  retention_enabled: ${deletes}
  retention_delete_delay: 2h0m0s
limits_config:
  reject_old_samples_max_age: 1w
  retention_period: 4w3d
  retention_stream:
    - { selector: '{level="debug"}', priority: 1, period: 1d }
table_manager:
  retention_deletes_enabled: ${tables}
  retention_period: 336h
`;

  it('is told by its limits', async () => {
    fake.on(
      '/loki/api/v1/drilldown-limits',
      json({ limits: { retention_period: '2w', retention_stream: [] }, version: '3.4.2' }),
    );
    expect(await loki()).toBe('2w');
    expect(fake.seen).toHaveLength(1);
  });

  it('or by the limits of its tenant', async () => {
    fake.on(
      '/config/tenant/v1/limits',
      text('reject_old_samples: true\nretention_period: 31d\nretention_stream: []\n'),
    );
    expect(await loki()).toBe('31d');
  });

  it.each([
    [{ deletes: true, tables: false }, '4w3d'],
    [{ deletes: true, tables: true }, '4w3d'],
    // A period that nobody enforces deletes nothing.
    [{ deletes: false, tables: false }, '0s'],
    [{ deletes: false, tables: true }, '336h'],
  ])('or by all of its settings, %o: %s', async (set, told) => {
    fake.on('/config', text(config(set)));
    expect(await loki()).toBe(told);
  });

  it.each([
    ['a page of a gateway', text('<html><body>log in: <a href="/">here</a>\n\t- retention_period: 1d</html>')],
    ['settings without it', text('auth_enabled: false\n')],
    ['a refusal', text('no org id', 401)],
  ])('is not known from %s', async (_, answer) => {
    fake.on(/./, answer).on('/loki/api/v1/drilldown-limits', text('404 page not found', 404));
    expect(await loki()).toBeNull();
  });

  it('is a failure, not silence, where it does not answer', async () => {
    fake.on(/./, text('overloaded', 500));
    await expect(loki()).rejects.toMatchObject({ code: 'upstream_rejected' });
  });
});

describe('how long a Tempo keeps its traces', () => {
  const settings = (section: string, own: string, tenants: string) => `
target: all
storage:
  trace:
    blocklist_poll: 5m0s
${section}:
  ring:
    kvstore: { store: memberlist }
  compaction:
    compaction_window: 1h0m0s
    block_retention: ${own}
    compacted_block_retention: 1h0m0s
overrides:
  defaults:
    ingestion: { rate_strategy: local }
    compaction:
      block_retention: ${tenants}
  per_tenant_override_period: 10s
`;

  it.each([
    ['the compactor of 2.x', settings('compactor', '336h0m0s', '0s'), '336h0m0s'],
    ['the worker of 3.0', settings('backend_worker', '48h0m0s', '0s'), '48h0m0s'],
    ['the defaults of its tenants first', settings('compactor', '336h0m0s', '720h0m0s'), '720h0m0s'],
    [
      'older overrides',
      `compactor:\n  compaction: { block_retention: 14d }\noverrides:\n  block_retention: 0h0m0s\n`,
      '14d',
    ],
    ['nothing', 'target: querier\n', null],
    ['a page of a gateway', '<html>\n\t- block_retention: 1d</html>', null],
  ])('is told by %s', async (_, page, told) => {
    fake.on('/status/config', text(page));
    expect(await tempo()).toBe(told);
  });

  it('is not known where a gateway passes the API alone, and a failure where it is down', async () => {
    fake.on('/status/config', text('404 page not found', 404));
    expect(await tempo()).toBeNull();
    queryCache().clear();
    fake.on('/status/config', text('boom', 500));
    await expect(tempo()).rejects.toMatchObject({ code: 'upstream_rejected' });
  });
});
