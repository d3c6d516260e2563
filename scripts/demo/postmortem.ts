import { ChecklistRun, type Probe } from '@/lib/contracts/checklist';
import type { ImpactRow } from '@/lib/contracts/impact';
import { Entry, EntryPage } from '@/lib/contracts/incident-entry';
import type { ActionKind, PostmortemSectionKey } from '@/lib/contracts/incident-words';
import { Postmortem, PostmortemDraft } from '@/lib/contracts/postmortem';
import { formatCount, formatDuration, formatMs, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { formatExcess, impactSentence } from '@/lib/domain/impact-answer';
import { DAY_MS } from '@/lib/domain/time';
import { type DemoConsole, idOf, type Person } from './console';
import { MODEL, type Outage } from './outage';
import { clock, type Labels, toldAtMs } from './timeline';

/** References to entries, as a postmortem writes them. */
const refs = (...labels: readonly (string | undefined)[]): string =>
  labels.flatMap((label) => (label === undefined ? [] : [`[^${label}]`])).join('');

/** Labels of what the console itself wrote on the timeline: alerts, and steps from one status to another. */
function labelsOfConsole(entries: readonly Entry[]): Labels {
  const found: Labels = {};
  for (const { kind, label, details, text } of entries) {
    if (kind === 'alert' && details.alertStatus === 'firing') {
      if (text.includes('FeatureStoreDown')) found.alert ??= label;
      else found.burn ??= label;
    }
    if (kind === 'alert' && details.alertStatus === 'resolved') found['alerts over'] ??= label;
    if (kind === 'status' && details.to !== undefined) found[details.to] ??= label;
  }
  return found;
}

/** How much slower the slowest twentieth of the requests was; nothing where that is not measured. */
const slower = ({ p95Ms, beforeP95Ms }: ImpactRow): string =>
  p95Ms === null || beforeP95Ms === null ? '' : `; P95 ${formatMs(beforeP95Ms)} → ${formatMs(p95Ms)}`;

function sectionsOf(outage: Outage, at: Labels, timeline: string): Partial<Record<PostmortemSectionKey, string>> {
  const { startMs, endMs, alert, burn, impact, hurt, fetch, budget, timeouts, errorRatio, change } = outage;
  const own = hurt.find(({ model }) => model === MODEL) ?? hurt[0];
  if (own === undefined) throw new Error('no model lost anything');
  if (impact.failed === null) throw new Error('no version certainly failed more');
  const lasted = formatDuration(endMs - startMs);
  const toldAfterMs = toldAtMs(outage) - alert.startMs;
  return {
    summary: [
      `For ${lasted}, from ${clock(startMs)} to ${clock(endMs)}, the feature store (Redis) answered ${formatNumber(fetch.duringMs / fetch.beforeMs, 2)} × as slowly as usual${refs(at.fetches)}, and models that give up after 200 ms failed requests they would otherwise have answered ${refs(at.lines)}.`,
      `${MODEL} ${own.version} failed ${formatRatioPercent(own.during)} of its requests instead of ${formatRatioPercent(own.before)}; over all models ${formatExcess(impact.failed)} predictions failed that would not have${refs(at.counted)}.`,
      `No release was involved: ${hurt.length} models on ${hurt.length} versions were hit in the same minute ${refs(at['all models'])}. Failing Redis over to its replica ended it ${refs(at['taken over'], at['well again'])}.`,
    ].join('\n\n'),
    impact: [
      `Predictions that failed beyond the usual, from requests × increase of the error ratio, each with its 95 % interval ${refs(at.counted)}:`,
      hurt.map(({ row }) => `- ${impactSentence(row).slice(0, -1)}${slower(row)}. ${refs(at.counted)}`).join('\n'),
      `At its worst, ${formatRatioPercent(errorRatio.peak)} of the requests of ${MODEL} failed ${refs(at['well again'])}. The outage ate ${formatRatioPercent(budget.eaten)} of the budget that the objective of ${formatRatioPercent(budget.objective)} leaves for ${formatNumber(budget.windowMs / DAY_MS)} days ${refs(at.budget)}.`,
      `Requests that failed got an error, not a wrong score: nothing has to be scored again, only asked again ${refs(at['told again'])}. Whether callers did is not known: no signal tells of it.`,
    ].join('\n\n'),
    detection: [
      `FeatureStoreDown fired at ${clock(alert.startMs)}, ${formatDuration(alert.startMs - startMs)} after fetches had slowed down ${refs(at.alert, at.fetches)}; HighErrorRateFastBurn for ${MODEL} followed at ${clock(burn.startMs)} ${refs(at.burn)}.`,
      `The first alert named the cause and the second the damage, in that order, which is why nobody searched in the model for long ${refs(at['release no'])}. To notice it in half the time takes an alert on the fetch itself, which moved first ${refs(at.fetches)}.`,
    ].join('\n\n'),
    timeline,
    trigger: `Redis began to answer slowly at ${clock(startMs)} ${refs(at.fetches)}. Why it did is not known: the store exports whether it is up, not how long its commands take.`,
    causes: [
      `- The models wait 200 ms for features and then fail the request; there is no last known value and no default to fall back to ${refs(at['timeouts yes'], at.lines, at.trace)}.`,
      `- All models share one store, so one slow Redis is an outage of every model ${refs(at['all models'])}.`,
      `- The failover is started by a person, by a runbook ${refs(at.begun)}.`,
      `- Ruled out: the release${change === null ? '' : ` (${change.text}, ${formatDuration(startMs - change.atMs)} earlier)`} ${refs(at['release no'])}, and a surge of traffic ${refs(at['surge no'])}.`,
    ].join('\n'),
    'went-well': [
      `- The suspicion against the release was written down and refuted with the fleet’s own numbers in under two minutes, so no healthy version was rolled back ${refs(at['release?'], at['all models'])}.`,
      `- The decision says what was believed when it was made, and the comparison behind it is kept ${refs(at.decision)}.`,
      `- Payments and support were told ${formatDuration(toldAfterMs)} after the first alert, again at the time that was promised, and when it was over ${refs(at.alert, at.told, at['told better'], at['told again'])}.`,
    ].join('\n'),
    lucky: [
      `- The replica was in step. Nobody had looked at its lag before the failover ${refs(at.begun, at['taken over'])}.`,
      `- Traffic was as usual; at the daily peak the same share is more predictions ${refs(at.traffic)}.`,
    ].join('\n'),
    lessons: `A timeout without a fallback turns a slow dependency into failed predictions: ${formatCount(timeouts.count)} of ${formatCount(timeouts.total)} failed requests of ${MODEL} were this one ${refs(at.lines)}. What moved first was the time of a fetch, and no alert watches it ${refs(at.fetches)}.`,
  };
}

/** What is to be done, and for those whose effect a metric can show, the query that will show it. */
const ACTIONS: readonly {
  name: string;
  text: string;
  kind: ActionKind;
  owner: Person;
  days: number;
  probe?: Probe;
}[] = [
  {
    name: 'fallback',
    text: `${MODEL} and reco answer with the last known features, at most 5 minutes old, when Redis takes longer than 200 ms; such answers are counted.`,
    kind: 'prevent',
    owner: 'bo',
    days: 14,
    probe: {
      language: 'promql',
      query: 'count(feature_fallback_total{model_name={{model}}})',
      pass: '>= 1',
      unit: 'count',
    },
  },
  {
    name: 'alert',
    text: 'Page when the mean feature fetch of a model is over twice that of a day ago for one minute; its rule test replays this outage.',
    kind: 'detect',
    owner: 'bo',
    days: 7,
  },
  {
    name: 'lag',
    text: 'Redis exports command latency and replica lag; the runbook says to look at the lag before a failover.',
    kind: 'mitigate',
    owner: 'chris',
    days: 10,
    probe: { language: 'promql', query: 'count(redis_replica_lag_seconds)', pass: '>= 1', unit: 'count' },
  },
  {
    name: 'drill',
    text: 'Rehearse the failover as a drill with somebody who has not done it, with this record as its script.',
    kind: 'process',
    owner: 'ana',
    days: 21,
  },
];

/** The checklist of the feature store, gone through at the review, and what it found as an entry where it failed. */
async function goThroughChecklist(to: DemoConsole, incidentId: string): Promise<void> {
  const path = `incidents/${incidentId}/checklists`;
  const runId = idOf(incidentId, 'checklist');
  const asked = { id: runId, checklistId: 'feature-store' };
  const run = await to.send(ChecklistRun, 'bo', 'POST', path, asked);
  await to.send(ChecklistRun, 'bo', 'POST', `${path}/${runId}/steps`, {
    id: idOf(incidentId, 'fallback'),
    stepId: 'fallback',
    by: 'person',
    state: 'fail',
    reason: 'It refuses: no cached values, no defaults. Known only since this incident; an action changes it.',
  });
  const fetch = run.results.find(({ stepId }) => stepId === 'fetch-time');
  if (fetch?.state !== 'fail') return;
  await to.send(Entry, 'bo', 'POST', `incidents/${incidentId}/entries`, {
    id: idOf(incidentId, 'slow again'),
    kind: 'fact',
    text: `Going through the checklist at the review: fetches are slow again today (${fetch.sentence.split(';')[0]} × the time of a day ago). That is not this incident; whoever is on call should look at it now.`,
  });
}

/** Writes the postmortem from the record, asks for a review, and lets somebody who wrote none of it approve it. */
export async function writePostmortem(
  to: DemoConsole,
  incidentId: string,
  { outage, labels, nowMs }: { outage: Outage; labels: Labels; nowMs: number },
): Promise<void> {
  const path = `incidents/${incidentId}/postmortem`;
  await goThroughChecklist(to, incidentId);
  const [{ entries }, draft] = await Promise.all([
    to.get(EntryPage, `incidents/${incidentId}/entries`, { order: 'asc', limit: 500 }),
    to.get(PostmortemDraft, `${path}/draft`),
  ]);
  const at = { ...labelsOfConsole(entries), ...labels };
  const drafted = draft.sections.find(({ key }) => key === 'timeline')?.text ?? '';
  const sections = sectionsOf(outage, at, drafted);
  for (const [key, text] of Object.entries(sections)) {
    const by: Person = key === 'causes' || key === 'impact' ? 'bo' : 'ana';
    const save = { id: idOf(incidentId, `section ${key}`), baseVersion: 0, text };
    await to.send(Postmortem, by, 'POST', `${path}/sections/${key}`, save);
  }
  for (const { name, days, ...action } of ACTIONS) {
    const dueAtMs = nowMs + days * DAY_MS;
    const asked = { id: idOf(incidentId, `action ${name}`), dueAtMs, ...action };
    await to.send(Postmortem, 'ana', 'POST', `${path}/actions`, asked);
    if (action.probe === undefined) continue;
    const check = { id: idOf(incidentId, `check ${name}`) };
    await to.send(Postmortem, action.owner, 'POST', `${path}/actions/${asked.id}/check`, check);
  }
  const { revision } = await to.get(Postmortem, path);
  const { textHash } = await to.send(Postmortem, 'ana', 'PATCH', path, { revision, owner: 'ana', state: 'in_review' });
  await to.send(Postmortem, 'dee', 'POST', `${path}/reviews`, {
    id: idOf(incidentId, 'review'),
    verdict: 'approve',
    textHash,
    comment:
      'I followed every number to its pin, and the decision could be understood with what was known then. The trigger stays unknown, and it is said so; the third action would have told us.',
  });
}
