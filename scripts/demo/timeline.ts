import { Evidence } from '@/lib/contracts/evidence';
import type { EvidenceKind, EvidenceParams } from '@/lib/contracts/evidence-kinds';
import { Incident } from '@/lib/contracts/incident';
import { Entry, type NewEntryAsked } from '@/lib/contracts/incident-entry';
import { IncidentRole } from '@/lib/contracts/incident-role';
import { IncidentTask } from '@/lib/contracts/incident-task';
import type { IncidentRoleName, IncidentStatus } from '@/lib/contracts/incident-words';
import {
  formatChange,
  formatCount,
  formatInstant,
  formatMs,
  formatNumber,
  formatRate,
  formatRatioPercent,
  formatTime,
} from '@/lib/domain/format';
import { impactEntryText } from '@/lib/domain/impact-answer';
import { MINUTE_MS } from '@/lib/domain/time';
import { type DemoConsole, idOf, type Person } from './console';
import { MODEL, type Outage } from './outage';

/** Names of entries, by which the postmortem refers to them: their labels, such as `e7`. */
export type Labels = Record<string, string>;

/** Time of day in UTC. */
export const clock = (ms: number): string => `${formatTime(ms, 'UTC')} UTC`;

/** Writes the record of an incident: each thing under an id of its own, so that a second time changes nothing. */
class Recorder {
  readonly labels: Labels = {};

  constructor(
    readonly to: DemoConsole,
    readonly incidentId: string,
  ) {}

  id(name: string): string {
    return idOf(this.incidentId, name);
  }

  async pin(by: Person, name: string, kind: EvidenceKind, title: string, path: string, params: EvidenceParams) {
    const asked = { id: this.id(`pin ${name}`), kind, title, path, params };
    return (await this.to.send(Evidence, by, 'POST', 'evidence', asked)).id;
  }

  async entry(by: Person, name: string, entry: Omit<NewEntryAsked, 'id'>): Promise<string> {
    const id = this.id(name);
    const made = await this.to.send(Entry, by, 'POST', `incidents/${this.incidentId}/entries`, { id, ...entry });
    this.labels[name] = made.label;
    return id;
  }

  /** Evidence for or against a hypothesis, and what became of it. */
  async judge(
    by: Person,
    name: string,
    hypothesis: string,
    atMs: number,
    settled: 'supported' | 'refuted',
    text: string,
  ) {
    const about = { entryId: this.id(hypothesis), relation: 'settles' as const };
    await this.entry(by, name, { kind: 'fact', text, occurredAtMs: atMs, about, hypothesisState: settled });
  }

  async status(by: Person, status: IncidentStatus, atMs: number, reason: string): Promise<void> {
    const { revision } = await this.to.get(Incident, `incidents/${this.incidentId}`);
    const body = { id: this.id(`status ${status}`), revision, status, atMs, reason };
    await this.to.send(Incident, by, 'POST', `incidents/${this.incidentId}/status`, body);
  }

  async role(person: Person, role: IncidentRoleName, fromMs: number): Promise<void> {
    const body = { id: this.id(`role ${role} ${person}`), role, person, fromMs };
    await this.to.send(IncidentRole, 'ana', 'POST', `incidents/${this.incidentId}/roles`, body);
  }

  async task(owner: Person, name: string, text: string): Promise<void> {
    const path = `incidents/${this.incidentId}/tasks`;
    const id = this.id(`task ${name}`);
    const { revision, state } = await this.to.send(IncidentTask, 'ana', 'POST', path, { id, text, owner });
    if (state === 'open')
      await this.to.send(IncidentTask, owner, 'PATCH', `${path}/${id}`, { revision, state: 'done' });
  }
}

/** From the first alert to the decision: what was seen, thought and ruled out. */
async function whatItWas(record: Recorder, outage: Outage): Promise<void> {
  const { alert, burn, fetch, timeouts, rate, change, hurt } = outage;
  const around = { startMs: outage.startMs - 20 * MINUTE_MS, endMs: outage.endMs + 20 * MINUTE_MS };
  const during = { startMs: outage.startMs, endMs: outage.endMs };
  const at = (minutes: number) => alert.startMs + minutes * MINUTE_MS;
  const [worst, ...others] = hurt;
  if (worst === undefined) throw new Error('no model lost anything');

  await record.role('ana', 'commander', at(1));
  await record.status('ana', 'active', at(1), 'ana has the page and commands.');
  await record.role('bo', 'expert', at(2));
  await record.role('chris', 'communications', at(4));
  const stages = await record.pin(
    'bo',
    'stages',
    'stages',
    `${MODEL}: time by stage`,
    `models/${MODEL}/stages`,
    around,
  );
  await record.entry('bo', 'fetches', {
    kind: 'fact',
    text: `Feature fetches of ${MODEL} take ${formatMs(fetch.duringMs)} on average since ${clock(outage.startMs)}; they took ${formatMs(fetch.beforeMs)} (${formatNumber(fetch.duringMs / fetch.beforeMs, 2)} ×). Inference itself is as fast as before.`,
    occurredAtMs: at(2),
    evidenceId: stages,
  });
  const since =
    change === null
      ? 'the version in service'
      : `the last change (“${change.text}”, ${formatInstant(change.atMs, 'UTC')})`;
  await record.entry('ana', 'release?', {
    kind: 'hypothesis',
    text: `Our release is to blame: ${MODEL} ${worst.version}, ${since}.`,
    occurredAtMs: at(3),
  });
  const fleet = await record.pin('bo', 'fleet', 'fleet', 'The fleet during the outage', 'fleet', during);
  await record.entry('bo', 'all models', {
    kind: 'fact',
    text: `Models that nobody touched fail more since the same minute: ${others.map(({ model, version, before, during: now }) => `${model} ${version} ${formatRatioPercent(before)} → ${formatRatioPercent(now)}`).join(', ')}. What they share is the feature store.`,
    occurredAtMs: at(4),
    evidenceId: fleet,
    about: { entryId: record.id('release?'), relation: 'refutes' },
  });
  await record.judge(
    'ana',
    'release no',
    'release?',
    at(4.5),
    'refuted',
    'Not the release: a rollback would change nothing.',
  );
  await record.entry('chris', 'surge?', {
    kind: 'hypothesis',
    text: 'A surge of requests overloads the feature store.',
    occurredAtMs: at(5),
  });
  const traffic = await record.pin(
    'chris',
    'requests',
    'requests',
    `${MODEL}: requests per second`,
    `models/${MODEL}/traffic`,
    around,
  );
  await record.entry('chris', 'traffic', {
    kind: 'fact',
    text: `Traffic is as usual: ${formatRate(rate.during)} against ${formatRate(rate.before)} before (${formatChange(rate.during / rate.before - 1)}).`,
    occurredAtMs: at(5.5),
    evidenceId: traffic,
    about: { entryId: record.id('surge?'), relation: 'refutes' },
  });
  await record.judge('chris', 'surge no', 'surge?', at(6), 'refuted', 'No surge.');
  const atBurn = (minutes: number) => Math.max(at(6), burn.startMs) + minutes * MINUTE_MS;
  await record.entry('bo', 'timeouts?', {
    kind: 'hypothesis',
    text: `Redis answers too late: the models give up after 200 ms and fail the request, because they have nothing to fall back to.`,
    occurredAtMs: atBurn(0.5),
  });
  const lines = { model: MODEL, text: 'FeatureStoreTimeout', ...during, limit: 200 };
  const logs = await record.pin('bo', 'lines', 'log-lines', `${MODEL}: FeatureStoreTimeout`, 'logs', lines);
  await record.entry('bo', 'lines', {
    kind: 'fact',
    text: `${formatCount(timeouts.count)} of the ${formatCount(timeouts.total)} failed requests that ${MODEL} logged in the outage say “${timeouts.reason}”.`,
    occurredAtMs: atBurn(1.5),
    evidenceId: logs,
    about: { entryId: record.id('timeouts?'), relation: 'supports' },
  });
  const trace = await record.pin('bo', 'trace', 'trace', 'A request that timed out', `traces/${timeouts.traceId}`, {});
  await record.entry('bo', 'trace', {
    kind: 'fact',
    text: 'One of them from end to end: nearly all of its time is feature_store.get_features, and model.infer was never reached.',
    occurredAtMs: atBurn(2),
    evidenceId: trace,
    about: { entryId: record.id('timeouts?'), relation: 'supports' },
  });
  await record.judge('bo', 'timeouts yes', 'timeouts?', atBurn(2.5), 'supported', 'Log lines and traces agree.');
}

const decidedAtMs = ({ burn }: Outage): number => burn.startMs + 4 * MINUTE_MS;

/** When those outside first heard of it. */
export const toldAtMs = (outage: Outage): number => decidedAtMs(outage) + MINUTE_MS;

/** What was done about it, until it was over. */
async function whatWasDone(record: Recorder, outage: Outage): Promise<void> {
  const { endMs, burn, fetch, errorRatio, hurt } = outage;
  const own = hurt.find(({ model }) => model === MODEL);
  const after = Math.max(outage.alert.endMs, burn.endMs);
  const split = { model: MODEL, startMs: outage.startMs - (endMs - outage.startMs), endMs, splitMs: outage.startMs };
  const verdict = await record.pin(
    'ana',
    'verdict',
    'comparison',
    `${MODEL} before and in the outage`,
    'compare',
    split,
  );
  const decidedMs = decidedAtMs(outage);
  await record.entry('ana', 'decision', {
    kind: 'decision',
    text: `Fail Redis over to its replica; leave every model in service and roll nothing back. Believed then: up to ${formatRatioPercent(errorRatio.seen)} of the checks of ${MODEL} fail, the others are answered late but rightly; a failover costs seconds of fetches that fail anyway.`,
    occurredAtMs: decidedMs,
    evidenceId: verdict,
  });
  await record.entry('chris', 'told', {
    kind: 'communication',
    audience: 'payments, support',
    text: `Some fraud checks fail and others are slow since ${clock(outage.startMs)}. The feature store is the cause, not the model; we are failing it over. Next word in 15 minutes.`,
    occurredAtMs: toldAtMs(outage),
  });
  await record.entry('bo', 'begun', {
    kind: 'action',
    text: 'Failover of Redis to its replica begun, by the runbook of FeatureStoreDown.',
    occurredAtMs: Math.min(endMs - 2 * MINUTE_MS, decidedMs + 6 * MINUTE_MS),
  });
  await record.entry('bo', 'taken over', {
    kind: 'action',
    text: 'The replica answers; the models reconnect.',
    occurredAtMs: endMs,
  });
  // The next word, when it was promised.
  await record.entry('chris', 'told better', {
    kind: 'communication',
    audience: 'payments, support',
    text: `A replica of the feature store answers since ${clock(endMs)}, and checks no longer fail. We watch it, and say when it is over.`,
    occurredAtMs: Math.min(endMs + MINUTE_MS, decidedMs + 16 * MINUTE_MS),
  });
  const around = { startMs: outage.startMs - 20 * MINUTE_MS, endMs: endMs + 20 * MINUTE_MS };
  const chart = await record.pin('bo', 'errors', 'errors', `${MODEL}: error ratio`, `models/${MODEL}/traffic`, around);
  await record.entry('bo', 'well again', {
    kind: 'fact',
    text: `Fetches take ${formatMs(fetch.afterMs)} again, and ${formatRatioPercent(errorRatio.after)} of requests fail${own === undefined ? '' : `, as before it (${formatRatioPercent(own.before)})`}.`,
    occurredAtMs: endMs + 6 * MINUTE_MS,
    evidenceId: chart,
  });
  await record.task('bo', 'failover', 'Fail Redis over to its replica');
  await record.task('chris', 'tell', 'Tell payments and support, and again when it is over');
  await record.task('bo', 'count', 'Count what failed, by model and version');
  await record.status('ana', 'mitigated', endMs, 'Redis answers from its replica.');
  await record.status('ana', 'resolved', after + 5 * MINUTE_MS, 'Both alerts ended, and nothing came back.');
  await record.entry('chris', 'told again', {
    kind: 'communication',
    audience: 'payments, support',
    text: `Over since ${clock(endMs)}. What failed in between was answered with an error, never with a wrong score: whoever sent it may send it again.`,
    occurredAtMs: after + 7 * MINUTE_MS,
  });
}

/** What was counted afterwards: recorded later than it occurred, and said to be. */
async function whatItCost(record: Recorder, outage: Outage): Promise<void> {
  const { impact, budget } = outage;
  const asked = { startMs: impact.startMs, endMs: impact.endMs, against: impact.against };
  const title = 'Impact of the outage in predictions';
  const counted = await record.pin('bo', 'impact', 'impact', title, 'impact', asked);
  await record.entry('bo', 'counted', {
    kind: 'fact',
    text: impactEntryText(impact),
    occurredAtMs: outage.endMs,
    evidenceId: counted,
  });
  const slos = await record.pin('bo', 'slos', 'slos', 'Objectives after the outage', 'slos', { endMs: outage.endMs });
  const days = formatNumber(budget.windowMs / 86_400_000);
  await record.entry('bo', 'budget', {
    kind: 'fact',
    text: `These failures are ${formatRatioPercent(budget.eaten)} of what ${MODEL} may fail in ${days} days under its objective of ${formatRatioPercent(budget.objective)}.`,
    occurredAtMs: outage.endMs,
    evidenceId: slos,
  });
}

/** Writes roles, timeline, tasks and status of the incident; gives the labels of what it wrote. */
export async function writeTimeline(to: DemoConsole, incidentId: string, outage: Outage): Promise<Labels> {
  const record = new Recorder(to, incidentId);
  await whatItWas(record, outage);
  await whatWasDone(record, outage);
  await whatItCost(record, outage);
  return record.labels;
}
