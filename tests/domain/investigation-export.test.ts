import { describe, expect, it } from 'vitest';
import { type CellContent, Investigation } from '@/lib/contracts/investigation';
import { investigationMarkdown } from '@/lib/domain/investigation-export';

const AT_MS = Date.UTC(2026, 10, 20, 12);
const PIN = 'f3b0c1de-0b5e-4a3e-9d7f-1c2b3a4d5e6f';
const ID = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

const cell = (content: CellContent, patch: object = {}) => ({
  id: ID,
  kind: content.kind,
  title: '',
  content,
  state: 'live',
  evidenceId: null,
  author: { id: 'ana', name: 'Ana' },
  createdAtMs: AT_MS,
  editedAtMs: null,
  editedBy: null,
  revision: 1,
  ...patch,
});

const investigation = (list: object[], patch: object = {}): Investigation =>
  Investigation.parse({
    id: ID,
    number: 4,
    title: 'Why *so* slow?',
    question: 'Is it | the model?',
    model: null,
    tags: ['latency'],
    cells: list.length,
    author: { id: 'ana', name: 'Ana' },
    createdAtMs: AT_MS,
    changedAtMs: AT_MS,
    archivedAtMs: null,
    incidents: [],
    copiedFrom: null,
    revision: 1,
    activity: 1,
    list,
    ...patch,
  });

const PINS = new Map([
  [
    PIN,
    {
      title: 'Errors by version',
      sha256: 'ab'.repeat(32),
      frozenAtMs: AT_MS,
      range: { startMs: AT_MS - 3_600_000, endMs: AT_MS },
    },
  ],
]);

describe('an investigation as Markdown', () => {
  it('holds every cell with its query, its range, the hash of its evidence and the link', () => {
    const text = investigationMarkdown(
      investigation([
        cell({ kind: 'note', text: '**Redis** is slow\n\n- really' }),
        cell(
          { kind: 'metric', query: 'sum(up)', source: 'prom', range: { lastMs: 3_600_000 } },
          { title: 'Up', state: 'frozen', evidenceId: PIN },
        ),
        cell({ kind: 'drift', params: { version: '2', model: 'm' }, range: null }),
      ]),
      PINS,
    );
    expect(text).toBe(`# Investigation 4: Why \\*so\\* slow?

Is it \\| the model?

- Begun: 2026-11-20T12:00:00Z by Ana
- Model: the fleet
- Tags: latency

## 1. Note

**Redis** is slow

- really

## 2. Metric: Up

\`\`\`promql
sum(up)
\`\`\`

- Range: the last 1\u202fh before it is looked at
- Source: prom
- State: frozen
- Evidence: Errors by version, [/evidence/${PIN}](/evidence/${PIN})
- Frozen: 2026-11-20T12:00:00Z, of 2026-11-20T11:00:00Z to 2026-11-20T12:00:00Z
- SHA-256: ${'ab'.repeat(32)}

## 3. Drift

- model: m
- version: 2
- Range: as the page chooses it
- State: live
`);
  });

  it('is the same bytes for the same record, in whatever order its parameters are held', () => {
    const one = investigation([cell({ kind: 'comparison', params: { a: '1', b: '2' }, range: null })]);
    const other = investigation([cell({ kind: 'comparison', params: { b: '2', a: '1' }, range: null })]);
    expect(investigationMarkdown(one, PINS)).toBe(investigationMarkdown(other, PINS));
  });

  it('fences a query so that nothing in it ends the fence', () => {
    const query = '{a="b"} |= "```"\n````\n# not a heading';
    const text = investigationMarkdown(
      investigation([cell({ kind: 'logs', query, source: null, range: { lastMs: 60_000 } })]),
    );
    expect(text).toContain(`\`\`\`\`\`logql\n${query}\n\`\`\`\`\`\n`);
  });

  it('says of a pin that is not stored that it is not', () => {
    const text = investigationMarkdown(
      investigation([cell({ kind: 'evidence' }, { state: 'frozen', evidenceId: PIN })]),
    );
    expect(text).toContain(`- Evidence: ${PIN}, which is not stored here`);
  });
});
