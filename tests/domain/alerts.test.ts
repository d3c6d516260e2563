import { describe, expect, it } from 'vitest';
import { type EvaluatedAlert, firedCounts, groupAlerts, joinAlerts, type ManagedAlert } from '@/lib/domain/alerts';
import { alertsAnswer, type OpenIncident } from '@/lib/domain/alerts-answer';

const evaluated = (labels: Record<string, string>, patch: Partial<EvaluatedAlert> = {}): EvaluatedAlert => ({
  source: 'Prometheus',
  state: 'firing',
  labels: { alertname: 'A', severity: 'page', ...labels },
  annotations: { summary: 'it burns', runbook_url: 'https://runbooks.example.com/a' },
  sinceMs: 1_000,
  value: 2,
  query: 'x > 1',
  ...patch,
});
const managed = (labels: Record<string, string>, patch: Partial<ManagedAlert> = {}): ManagedAlert => ({
  source: 'Alertmanager',
  labels: { alertname: 'A', severity: 'page', cluster: 'eu', ...labels },
  annotations: {},
  startsAtMs: 900,
  receivers: ['team'],
  silencedBy: [],
  inhibitedBy: [],
  mutedBy: [],
  ...patch,
});
const read = { modelOf: (labels: Record<string, string>) => labels.model_name ?? null, fired: null };

describe('alerts of Prometheus and Alertmanager', () => {
  it('are one where the Alertmanager’s has all labels of the rule’s, and maybe more', () => {
    const rows = joinAlerts(
      [evaluated({ model_name: 'm' })],
      [managed({ model_name: 'm' }), managed({ model_name: 'n' })],
      read,
    );
    expect(rows.map(({ model, sources, query }) => [model, sources, query])).toEqual([
      ['m', ['Prometheus', 'Alertmanager'], 'x > 1'],
      ['n', ['Alertmanager'], null],
    ]);
    expect(rows[0]).toMatchObject({
      runbook: 'https://runbooks.example.com/a',
      receivers: ['team'],
      firedThisWeek: null,
    });
  });

  it.each([
    ['silenced', { silencedBy: ['id'] }],
    ['inhibited', { inhibitedBy: ['fp'] }],
    ['muted', { mutedBy: ['nights'] }],
    ['firing', {}],
  ] as const)('are %s as the Alertmanager says', (state, patch) => {
    expect(joinAlerts([evaluated({})], [managed({}, patch)], read)[0]?.state).toBe(state);
  });

  it('fire when one of several Alertmanagers lets them through, and when none knows them', () => {
    const both = [managed({}, { silencedBy: ['id'] }), managed({}, { source: 'Other' })];
    expect(joinAlerts([evaluated({})], both, read)[0]).toMatchObject({
      state: 'firing',
      silencedBy: [{ source: 'Alertmanager', id: 'id' }],
    });
    expect(joinAlerts([evaluated({})], [], read)[0]?.state).toBe('firing');
    expect(
      joinAlerts([evaluated({}, { state: 'pending' })], [managed({}, { silencedBy: ['id'] })], read)[0]?.state,
    ).toBe('pending');
  });

  it('link only to the web', () => {
    const evil = evaluated({}, { annotations: { runbook_url: 'javascript:alert(1)' } });
    expect(joinAlerts([evil], [], read)[0]?.runbook).toBeNull();
  });

  it('are grouped by model, the worst first, those of no model last', () => {
    const rows = joinAlerts(
      [
        evaluated({ severity: 'ticket', model_name: 'mild' }),
        evaluated({}),
        evaluated({ model_name: 'bad' }),
        evaluated({ model_name: 'mild' }, { state: 'pending' }),
      ],
      [],
      read,
    );
    expect(groupAlerts(rows).map(({ model, alerts }) => [model, alerts.map(({ state }) => state)])).toEqual([
      ['bad', ['firing']],
      ['mild', ['firing', 'pending']],
      [null, ['firing']],
    ]);
  });

  it('count how often they began to fire, lost evaluations aside', () => {
    const fired = firedCounts({
      startMs: 0,
      stepMs: 1,
      series: [
        {
          labels: { __name__: 'ALERTS', alertstate: 'firing', alertname: 'A' },
          values: [1, 1, null, 1, null, null, null, null, 1, null],
        },
      ],
    });
    expect(fired({ alertname: 'A', instance: 'x' })).toBe(2);
    expect(fired({ alertname: 'B' })).toBe(0);
  });

  const NOW_MS = 1_000 + 12 * 60_000;
  const text = (rows: Parameters<typeof alertsAnswer>[0], gaps: string[] = [], open: OpenIncident[] = []) =>
    alertsAnswer(rows, gaps, { nowMs: NOW_MS, open }).map(
      ({ status, parts }) => `${status}: ${parts.map((part) => part.text).join('')}`,
    );

  it('are told in a sentence: what fires since when, what is held back, what could not be asked', () => {
    const rows = joinAlerts(
      [evaluated({ model_name: 'm' }), evaluated({ x: '1' }, { state: 'pending' })],
      [managed({ alertname: 'B' }, { silencedBy: ['id'] })],
      read,
    );
    expect(text(rows)).toEqual(['bad: A of m has fired for 12\u202fmin. No incident has it. 1 pending, 1 silenced.']);
    expect(alertsAnswer(rows, [], { nowMs: NOW_MS, open: [] })[0]?.parts[0]).toMatchObject({
      text: 'A of m',
      to: `/alerts?alert=${rows.find(({ state }) => state === 'firing')?.id}`,
    });
    expect(text([])).toEqual(['ok: Nothing fires.']);
    expect(text([], ['Without alerts of X: it is down.'])).toEqual(['unknown: Without alerts of X: it is down.']);
  });

  it('say who is on them, and when nobody is', () => {
    const firing = ['a', 'b', 'c', 'd'].map((model_name) => evaluated({ model_name, severity: 'ticket' }));
    const rows = joinAlerts(firing, [], read);
    expect(text(rows)).toHaveLength(1);
    expect(text(rows)[0]).toMatch(
      /^watch: A of . has fired for 12\u202fmin, A of . for 12\u202fmin, A of . for 12\u202fmin and 1 more\.$/,
    );
    const incident = { id: 'i', number: 7 };
    const owned = (count: number) => rows.map((row, at) => (at < count ? { ...row, incident } : row));
    expect(text(owned(3))[0]).toMatch(/ INC-7 has 3 of them\.$/);
    expect(text(owned(4))[0]).toMatch(/ INC-7 has them\.$/);
    const both = owned(3).map((row, at) => (at === 0 ? { ...row, incident: { id: 'j', number: 9 } } : row));
    expect(text(both)[0]).toMatch(/ INC-(9, INC-7|7, INC-9) have 3 of them\.$/);
    expect(text(joinAlerts([evaluated({}, { sinceMs: null })], [], read))[0]).toBe('bad: A fires. No incident has it.');
  });

  it('name the incidents that are open of their models, which they may belong to', () => {
    const rows = joinAlerts([evaluated({ model_name: 'm' })], [], read);
    const open = (...models: string[]) => models.map((model, at) => ({ number: at + 1, model }));
    const said = (incidents: OpenIncident[]) => text(rows, [], incidents)[0]?.replace(/^.*min\./, '');
    expect(said(open('other'))).toBe(' No incident has it.');
    expect(said(open('other', 'm'))).toBe(' No incident has it; INC-2 of m is open.');
    expect(said(open('m', 'm', 'm', 'm'))).toBe(
      ' No incident has it; INC-1 of m, INC-2 of m, INC-3 of m and 1 more are open.',
    );
  });

  it('of which nobody is notified are told so at once', () => {
    const rows = joinAlerts([evaluated({})], [], { ...read, answered: ['Alertmanager'] }, NOW_MS);
    expect(text(rows)[1]).toBe('watch: A: Alertmanager does not have it: nobody is notified.');
  });
});
