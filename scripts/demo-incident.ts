import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Incident, IncidentList } from '@/lib/contracts/incident';
import { AlertEpisodes } from '@/lib/contracts/incident-alert';
import { type DemoConsole, demoConsole } from './demo/console';
import { type Fired, findOutage, MODEL, type Outage } from './demo/outage';
import { writePostmortem } from './demo/postmortem';
import { writeTimeline } from './demo/timeline';

/**
 * The demo's past incident: the outage of the feature store two days ago, from its alert to a reviewed postmortem, told
 * through the API alone and with numbers that the console measured. Where there is an incident already, nothing is done.
 */

const PATIENCE_MS = 60_000;

/** What Alertmanager sends of an alert. */
const told = ({ name, labels, startMs, endMs }: Fired, isOver: boolean, runbook: string | null): object => ({
  status: isOver ? 'resolved' : 'firing',
  labels,
  annotations: {
    ...(name === 'FeatureStoreDown' ? { summary: 'Redis does not answer in time' } : {}),
    ...(runbook === null ? {} : { runbook_url: runbook }),
  },
  startsAt: new Date(startMs).toISOString(),
  endsAt: isOver ? new Date(endMs).toISOString() : '0001-01-01T00:00:00Z',
});

/** Waits until the alerts that were delivered stand in an incident, and gives its id. */
async function incidentOf(to: DemoConsole, status: 'firing' | 'resolved', alerts: number): Promise<string> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const { episodes } = await to.get(AlertEpisodes, 'alert-episodes', { attached: 'true', status });
    const id = episodes[0]?.incident?.id;
    if (id !== undefined && episodes.length >= alerts) return id;
    await pause(200);
  }
  throw new Error('the alerts that were delivered opened no incident');
}

/** Opens the incident by its first alert, as a real one would be, and says what is known of it. */
async function openIncident(to: DemoConsole, { alert, burn, runbook, startMs, hurt }: Outage): Promise<string> {
  await to.deliver([told(alert, false, runbook)]);
  const id = await incidentOf(to, 'firing', 1);
  await to.deliver([told(burn, false, null)]);
  await incidentOf(to, 'firing', 2);
  const { revision } = await to.get(Incident, `incidents/${id}`);
  await to.send(Incident, 'ana', 'PATCH', `incidents/${id}`, {
    revision,
    title: 'Feature store slow: fraud checks fail by timeout',
    model: MODEL,
    version: hurt.find(({ model }) => model === MODEL)?.version ?? null,
    startedAtMs: startMs,
    tags: ['feature-store', 'redis', 'timeout'],
  });
  return id;
}

/** Makes the record where there is none. The number of the incident, or why there is none to tell of. */
export async function makeDemoIncident(to: DemoConsole, nowMs: number): Promise<{ number: number } | { not: string }> {
  const { incidents } = await to.get(IncidentList, 'incidents', { limit: 1, merged: 'true' });
  if (incidents.length > 0) return { not: 'there is an incident already' };
  const outage = await findOutage(to, nowMs);
  if (outage === null) return { not: 'the telemetry of the last three days holds no outage of the feature store' };
  const id = await openIncident(to, outage);
  await to.deliver([told(outage.alert, true, outage.runbook), told(outage.burn, true, null)]);
  await incidentOf(to, 'resolved', 2);
  const labels = await writeTimeline(to, id, outage);
  await writePostmortem(to, id, { outage, labels, nowMs });
  return { number: (await to.get(Incident, `incidents/${id}`)).number };
}

async function main([url]: readonly string[]): Promise<void> {
  if (url === undefined) throw new Error('expected the address of the console');
  const made = await makeDemoIncident(demoConsole(url), Date.now());
  if ('number' in made)
    console.log(`windsock: the outage of two days ago is INC-${made.number}: ${url}/incidents/${made.number}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`windsock: the demo has no past incident (${reason.split('\n')[0]}); all else works.`);
    process.exitCode = 1;
  });
}
