// @vitest-environment happy-dom
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryForm } from '@/components/incidents/EntryForm';
import { EntryItem } from '@/components/incidents/EntryItem';
import { ImpactPanel } from '@/components/incidents/ImpactPanel';
import { IncidentTable } from '@/components/incidents/IncidentTable';
import { DeclareDialog } from '@/components/shell/DeclareDialog';
import { writeStored } from '@/components/ui/browser-storage';
import { Evidence } from '@/lib/contracts/evidence';
import { Incident, IncidentSummary } from '@/lib/contracts/incident';
import { Entry } from '@/lib/contracts/incident-entry';
import { consoleApiAt, ok } from './console-api';
import { PageFrame } from './page-frame';

const INCIDENT = '0b9d4c1e-5d55-4f0e-8f5e-2f3a4b5c6d7e';
const AT_MS = 1_760_000_000_000;

const entry = (patch: Partial<Entry> = {}): Entry =>
  Entry.parse({
    id: 'a1b2c3d4-0000-4000-8000-000000000001',
    incidentId: INCIDENT,
    incidentNumber: 7,
    seq: 2,
    label: 'e2',
    kind: 'fact',
    text: 'Errors rose to 2 %',
    occurredAtMs: AT_MS,
    recordedAtMs: AT_MS,
    backdated: false,
    author: { id: 'ana', name: 'ana' },
    evidenceId: null,
    about: null,
    correctedBy: null,
    details: {},
    ...patch,
  });

const PIN = Evidence.parse({
  id: 'a1b2c3d4-0000-4000-8000-00000000000e',
  kind: 'metric',
  title: 'Failed requests of 2.4.0',
  path: 'metrics',
  model: null,
  startMs: AT_MS - 600_000,
  endMs: AT_MS,
  stepMs: 30_000,
  sources: ['Prometheus'],
  isPartial: true,
  warnings: ['Only 200 series are here.'],
  sizeBytes: 4_000,
  sha256: '0123456789abcdef'.repeat(4),
  frozenBy: { id: 'ana', name: 'ana' },
  frozenAtMs: AT_MS,
});

const summary = (patch: Partial<IncidentSummary> = {}): IncidentSummary =>
  IncidentSummary.parse({
    id: INCIDENT,
    number: 7,
    title: 'fraud_detector: errors',
    severity: 'SEV1',
    status: 'active',
    model: 'fraud_detector',
    version: '2.4.0',
    tags: [],
    drill: false,
    declaredAtMs: AT_MS,
    declaredBy: { id: 'ana', name: 'ana' },
    instants: {
      startedAtMs: null,
      detectedAtMs: null,
      acknowledgedAtMs: null,
      mitigatedAtMs: null,
      resolvedAtMs: null,
      reviewedAtMs: null,
    },
    durations: { toDetectMs: null, toAcknowledgeMs: null, toMitigateMs: null, toResolveMs: null, hurtMs: null },
    commander: null,
    firingAlerts: 2,
    alerts: 3,
    openTasks: 1,
    mergedInto: null,
    revision: 1,
    activity: 1,
    ...patch,
  });

const api = consoleApiAt('/incidents/7');
beforeEach(() => {
  writeStored(`draft.incident.${INCIDENT}.entry`, null);
  writeStored('draft.declare..title', null);
});
afterEach(cleanup);

const form = () =>
  render(
    <PageFrame>
      <EntryForm incidentId={INCIDENT} about={null} onAboutDone={() => undefined} />
    </PageFrame>,
  );
const posts = (path: string) => api.asked.filter(({ method, path: at }) => method === 'POST' && at.endsWith(path));

describe('a new entry of the timeline', () => {
  it('keeps its words and its id until it is stored, so that a retry writes it once', async () => {
    const path = `POST /api/incidents/${INCIDENT}/entries`;
    api.answers[path] = {
      status: 503,
      body: { error: { code: 'storage_unavailable', message: 'The database is busy.' } },
    };
    form();
    await userEvent.type(screen.getByRole('textbox', { name: 'What happened' }), 'Rolled back');
    await userEvent.click(screen.getByRole('button', { name: 'Add entry' }));
    expect(await screen.findByText('The database is busy.')).toBeTruthy();
    api.answers[path] = ok(entry());
    await userEvent.click(screen.getByRole('button', { name: 'Add entry' }));
    await waitFor(() =>
      expect((screen.getByRole('textbox', { name: 'What happened' }) as HTMLTextAreaElement).value).toBe(''),
    );
    const ids = posts('/entries').map(({ body }) => (body as { id: string }).id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('is still there after the page was closed in the middle of it', async () => {
    const { unmount } = form();
    await userEvent.type(screen.getByRole('textbox', { name: 'What happened' }), 'Half a thought');
    unmount();
    form();
    expect((screen.getByRole('textbox', { name: 'What happened' }) as HTMLTextAreaElement).value).toBe(
      'Half a thought',
    );
  });
});

function Opening({ entry: shown }: { entry: Entry }) {
  const [isOpen, setOpen] = useState(false);
  const onToggle = () => setOpen(!isOpen);
  return <EntryItem {...{ entry: shown, isOpen, onToggle }} pin={PIN} onAbout={() => undefined} />;
}

describe('an entry of the timeline', () => {
  const show = (patch: Partial<Entry>) =>
    render(
      <PageFrame>
        <Opening entry={entry(patch)} />
      </PageFrame>,
    );

  it('says when it was recorded later than it happened', () => {
    show({ backdated: true, recordedAtMs: AT_MS + 600_000 });
    expect(screen.getByText(/recorded/)).toBeTruthy();
  });

  it('stands struck out beside what corrects it', () => {
    show({
      correctedBy: { entryId: 'a1b2c3d4-0000-4000-8000-000000000002', relation: 'corrects', text: '1.2 %, not 2 %' },
    });
    expect(screen.getByText('Corrected: 1.2 %, not 2 %')).toBeTruthy();
    expect(screen.getByText('Errors rose to 2 %').className).toContain('line-through');
  });

  it('says what is pinned in one line, and asks for the pin when that is opened', async () => {
    const wasAsked = () => api.asked.some(({ path }) => path === `/api/evidence/${PIN.id}`);
    show({ evidenceId: PIN.id, text: PIN.title });
    const pin = screen.getByRole('button', { name: 'Metric', expanded: false });
    expect(screen.getByText('0123456789ab')).toBeTruthy();
    expect(screen.getByText('partial')).toBeTruthy();
    expect(wasAsked()).toBe(false);
    await userEvent.click(pin);
    await waitFor(() => expect(wasAsked()).toBe(true), { timeout: 15_000 });
  }, 30_000);

  it('draws hostile words as words', () => {
    const { container } = show({ text: '<img src=x onerror=alert(1)>' });
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
    expect(container.querySelector('img')).toBeNull();
  });
});

describe('the list of incidents', () => {
  it('says that nobody commands an open one, and that an unknown duration is not measured', () => {
    render(
      <PageFrame>
        <IncidentTable rows={[summary()]} />
      </PageFrame>,
    );
    expect(screen.getByText('nobody')).toBeTruthy();
    expect(screen.getByText('not measured')).toBeTruthy();
  });
});

describe('the impact of a past incident', () => {
  it('is what was written down with its pin, and is counted anew only where somebody asks', async () => {
    const past = Incident.parse({
      ...summary({ status: 'reviewed', firingAlerts: 0 }),
      ...{ answer: 'INC-7 is over.', origin: { kind: 'person', ref: null }, entries: 3 },
      ...{ roles: [], tasks: [], links: [], hypotheses: [], investigations: [], postmortem: null },
      impact: { evidenceId: PIN.id, text: '864 (± 59) more failed than usual' },
      ...{ nextStatuses: [], cautions: [] },
    });
    render(
      <PageFrame>
        <ImpactPanel incident={past} />
      </PageFrame>,
    );
    expect(screen.getByText('864 (± 59) more failed than usual')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Open the pin' }).getAttribute('href')).toContain(`/evidence/${PIN.id}`);
    const isCounted = () => api.asked.some(({ path }) => path.startsWith('/api/impact'));
    expect(isCounted()).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: /Count it/ }));
    await waitFor(() => expect(isCounted()).toBe(true));
  });
});

describe('declaring', () => {
  it('takes a title alone, once, however often it is pressed', async () => {
    api.answers['POST /api/incidents'] = ok(summary());
    let closed = 0;
    render(
      <PageFrame>
        <DeclareDialog
          from={undefined}
          onClose={() => {
            closed += 1;
          }}
        />
      </PageFrame>,
    );
    await userEvent.type(screen.getByRole('textbox', { name: 'What is wrong' }), 'Errors on 2.4.0');
    await userEvent.dblClick(screen.getByRole('button', { name: 'Declare incident' }));
    await waitFor(() => expect(closed).toBeGreaterThan(0));
    const ids = posts('/api/incidents').map(({ body }) => (body as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
    expect(posts('/api/incidents')[0]?.body).toMatchObject({
      title: 'Errors on 2.4.0',
      severity: 'SEV2',
      drill: false,
    });
  });
});
