import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, HypothesisSummary } from '@/lib/contracts/incident-entry';
import { ENTRY_KINDS, HYPOTHESIS_STATES, INCIDENT_STATUSES } from '@/lib/contracts/incident-words';
import { type ExportMaterial, exportIncident } from '@/lib/domain/incident-export';
import { impactRow } from '@/lib/domain/incident-impact';
import { type DraftMaterial, draftPostmortem, draftText, UNSOURCED } from '@/lib/domain/postmortem-draft';
import { unsourcedSentences } from '@/lib/domain/postmortem-wording';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const instant = fc.integer({ min: 1_700_000_000_000, max: 1_700_100_000_000 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('12 % fail', '| <b>x</b>', '[^e1]', ''),
);

const entriesOf = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...ENTRY_KINDS),
      text,
      occurredAtMs: instant,
      isPinned: fc.boolean(),
      taken: maybe(fc.record({ relation: fc.constantFrom('corrects' as const, 'retracts' as const), text })),
      details: fc.constantFrom<Entry['details'][]>(
        {},
        ...INCIDENT_STATUSES.map((to) => ({ from: 'active' as const, to })),
        { to: 'triage' },
        { alertStatus: 'firing' },
        { changes: [{ field: 'Mitigation', before: null, after: 'x' }] },
      ),
    }),
    { maxLength: 12 },
  )
  .map((all): Entry[] =>
    all.map(({ isPinned, taken, ...entry }, index) => ({
      ...entry,
      id: uuid(index + 1),
      incidentId: uuid(0),
      incidentNumber: 1,
      seq: index + 1,
      label: `e${index + 1}`,
      recordedAtMs: entry.occurredAtMs,
      backdated: false,
      author: { id: 'ada', name: 'Ada' },
      evidenceId: isPinned ? uuid(900 + index) : null,
      about: null,
      correctedBy: taken === null ? null : { entryId: uuid(800 + index), ...taken },
    })),
  );

const row = impactRow(
  {
    model: 'fraud',
    version: '2',
    during: { requests: 1_000, errors: 500, buckets: null },
    before: { requests: 1_000, errors: 5, buckets: null },
    boundMs: null,
    varianceFactor: 1,
  },
  1,
);
const COUNTED = {
  answer: [{ status: 'bad' as const, parts: [{ text: '495 more predictions failed.', tone: 'value' as const }] }],
  startMs: 1_700_000_000_000,
  endMs: 1_700_001_000_000,
  beforeStartMs: 1_699_999_000_000,
  beforeEndMs: 1_700_000_000_000,
  against: 'before' as const,
  rows: [row],
  more: 0,
  failed: row.failed.excess,
  slow: null,
  gaps: [],
};

const COUNTED_SENTENCES = ['495 more predictions failed', 'predictions failed against'];

const materials: fc.Arbitrary<DraftMaterial> = fc
  .record({
    entries: entriesOf,
    title: text,
    model: maybe(text),
    version: maybe(text),
    declaredAtMs: instant,
    instants: fc.record({
      startedAtMs: maybe(instant),
      detectedAtMs: maybe(instant),
      acknowledgedAtMs: maybe(instant),
      mitigatedAtMs: maybe(instant),
      resolvedAtMs: maybe(instant),
      reviewedAtMs: maybe(instant),
    }),
    states: fc.array(fc.constantFrom(...HYPOTHESIS_STATES), { maxLength: 12 }),
    impact: fc.constantFrom('none' as const, 'counted now' as const, 'pinned' as const),
  })
  .map(({ states, entries, impact, ...rest }) => ({
    ...rest,
    entries,
    impact:
      impact === 'none'
        ? null
        : {
            counted: COUNTED,
            label:
              impact === 'pinned' ? (entries.find(({ correctedBy }) => correctedBy === null)?.label ?? null) : null,
          },
    hypotheses: entries.slice(0, states.length).map(
      (entry, index): HypothesisSummary => ({
        entryId: entry.id,
        label: entry.label,
        text: entry.text,
        state: states[index] ?? 'open',
        occurredAtMs: entry.occurredAtMs,
        author: entry.author,
        supportedBy: [uuid(1), uuid(777)],
        refutedBy: [],
      }),
    ),
    number: 7,
    severity: 'SEV2' as const,
    declaredBy: 'Ada',
    commanders: [],
  }));

describe('a drafted postmortem', () => {
  it('has behind each sentence entries that are there, or says that it has none', () => {
    fc.assert(
      fc.property(materials, (material) => {
        const known = new Set(material.entries.map(({ label }) => label));
        for (const section of draftPostmortem(material)) {
          for (const sentence of section.sentences) {
            expect(sentence.labels.filter((label) => !known.has(label))).toEqual([]);
            expect(sentence.text.endsWith(`${UNSOURCED}.`), sentence.text).toBe(sentence.labels.length === 0);
            const written = draftText({ sentences: [sentence], isList: section.isList });
            for (const label of sentence.labels) expect(written).toContain(`[^${label}]`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that was taken as it is leaves no number without an entry, but for those it says have none', () => {
    fc.assert(
      fc.property(materials, (material) => {
        const known = new Set(material.entries.map(({ label }) => label));
        const plain = draftPostmortem(material).find(({ key }) => key === 'impact');
        for (const sentence of unsourcedSentences(plain === undefined ? '' : draftText(plain), known)) {
          // What people wrote may hold several sentences of their own; what the console counted never does.
          expect(
            COUNTED_SENTENCES.filter((text) => sentence.includes(text) && material.impact?.label !== null),
          ).toEqual([]);
        }
      }),
    );
    const known = new Set(['e1', 'e2']);
    expect(unsourcedSentences('12 % failed. [^e1] [^e2] It took 5 min. [^e1] 9 more.', known)).toEqual(['9 more.']);
    expect(unsourcedSentences('12 % failed. It took 5 min. [^e1]', known)).toEqual(['12 % failed.']);
  });

  it('tells the timeline by the day and the minute, what a hypothesis came to, and not how the record was kept', () => {
    const [base] = fc.sample(materials, { numRuns: 1, seed: 1 });
    if (base === undefined) throw new Error('no material');
    const atMs = Date.UTC(2026, 10, 19, 6, 30);
    const entry = (nth: number, kind: Entry['kind'], words: string, patch: Partial<Entry> = {}): Entry => ({
      id: uuid(nth),
      incidentId: uuid(900),
      incidentNumber: 7,
      seq: nth,
      label: `e${nth}`,
      kind,
      text: words,
      occurredAtMs: atMs + nth * 60_000,
      recordedAtMs: atMs + nth * 60_000,
      backdated: false,
      author: { id: 'ana', name: 'ana' },
      evidenceId: null,
      about: null,
      correctedBy: null,
      details: {},
      ...patch,
    });
    const entries = [
      entry(1, 'hypothesis', 'The release is to blame.'),
      entry(2, 'status', 'title: a → b', { details: { changes: [{ field: 'Title', before: 'a', after: 'b' }] } }),
      entry(3, 'hypothesis', 'A rollback would change nothing', {
        about: { entryId: uuid(1), relation: 'settles' },
        details: { hypothesisState: 'refuted' },
      }),
      entry(4, 'communication', 'We are on it.', { details: { audience: 'support' } }),
      entry(5, 'status', 'Context captured: 7 of 7 topics are known.'),
    ];
    const drafted = draftPostmortem({ ...base, entries, hypotheses: [], impact: null });
    expect(drafted.find(({ key }) => key === 'timeline')?.sentences).toEqual([
      { text: '2026-11-19 06:31:00 UTC: hypothesis: The release is to blame.', labels: ['e1'] },
      {
        text: '06:33:00 UTC: hypothesis refuted (“The release is to blame”): A rollback would change nothing.',
        labels: ['e3'],
      },
      { text: '06:34:00 UTC: communication to support: We are on it.', labels: ['e4'] },
      {
        text: "2 more entries stand on the incident's own timeline, the first and last of them these.",
        labels: ['e2', 'e5'],
      },
    ]);
  });

  it('stands on nothing that was taken back', () => {
    fc.assert(
      fc.property(materials, (material) => {
        const taken = new Set(
          material.entries.flatMap(({ label, correctedBy }) => (correctedBy?.relation === 'retracts' ? [label] : [])),
        );
        const sections = draftPostmortem(material);
        const used = sections.flatMap(({ sentences }) => sentences.flatMap(({ labels }) => labels));
        expect(used.filter((label) => taken.has(label))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('names the ends of what a long timeline leaves out', () => {
    const [one] = fc
      .sample(
        entriesOf.filter(({ length }) => length > 0),
        { seed: 8, numRuns: 1 },
      )
      .flat();
    const [material] = fc.sample(materials, { seed: 8, numRuns: 1 });
    if (one === undefined || material === undefined) throw new Error('nothing was drawn');
    const entries = Array.from({ length: 350 }, (_, index) => ({
      ...one,
      kind: 'fact' as const,
      correctedBy: null,
      label: `e${index + 1}`,
    }));
    const timeline = draftPostmortem({ ...material, entries, hypotheses: [] }).find(({ key }) => key === 'timeline');
    expect(timeline?.sentences).toHaveLength(301);
    expect(timeline?.sentences.at(-1)).toEqual({
      text: "50 more entries stand on the incident's own timeline, the first and last of them these.",
      labels: ['e301', 'e350'],
    });
  });
});

describe('an exported incident', () => {
  it('is the same bytes for the same record, in whatever order its pins were read and wherever it runs', () => {
    const zone = process.env.TZ;
    fc.assert(
      fc.property(materials, (material) => {
        const sections = draftPostmortem(material).map((section) => ({ key: section.key, text: draftText(section) }));
        const pins = material.entries.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId]));
        const exported = (ids: readonly string[]): ExportMaterial => ({
          ...material,
          status: 'resolved',
          drill: false,
          tags: [],
          roles: [],
          sections,
          actions: [],
          reviews: [],
          evidence: new Map(ids.map((id) => [id, { title: 'A pin', sha256: id }])),
          textHash: 'a'.repeat(64),
          withTimeline: true,
        });
        process.env.TZ = 'UTC';
        const here = exportIncident(exported(pins));
        process.env.TZ = 'Asia/Kathmandu';
        const there = exportIncident(exported(pins.toReversed()));
        expect(there).toBe(here);
        expect(here.endsWith('\n')).toBe(true);
      }),
      { numRuns: 60 },
    );
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
});
