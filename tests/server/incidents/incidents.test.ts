import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  Incident,
  IncidentEdit,
  IncidentList,
  IncidentsParams,
  NewIncident,
  StatusChange,
} from '@/lib/contracts/incident';
import { EntriesParams, EntryPage, NewEntry } from '@/lib/contracts/incident-entry';
import { storeEvidence } from '@/lib/server/evidence/store';
import { declareIncident } from '@/lib/server/incidents/declare';
import { acknowledge, changeStatus, editIncident } from '@/lib/server/incidents/edit';
import { addEntry, listEntries } from '@/lib/server/incidents/entries';
import { addLink, undoLink } from '@/lib/server/incidents/links';
import { listIncidents, readIncident } from '@/lib/server/incidents/read';
import { endRole, takeRole } from '@/lib/server/incidents/roles';
import { splitIncident } from '@/lib/server/incidents/split';
import { addTask, editTask } from '@/lib/server/incidents/tasks';
import { ada, ben, declared, MINUTE_MS, NOW_MS, onBothDatabases } from './both-databases';

const by = { identity: ada, nowMs: NOW_MS };

onBothDatabases('an incident', (stage) => {
  const read = async (id: string, nowMs = NOW_MS) => Incident.parse(await readIncident(id, nowMs, stage().database));
  const entries = async (id: string, asked: object = {}) =>
    EntryPage.parse(await listEntries(EntriesParams.parse({ incidentId: id, ...asked }), stage().database));
  const add = (id: string, entry: object, identity = ada, nowMs = NOW_MS) =>
    addEntry(
      NewEntry.parse({ incidentId: id, id: randomUUID(), kind: 'fact', text: 'seen', ...entry }),
      { identity, nowMs },
      stage().database,
    );
  const list = async (asked: object) =>
    IncidentList.parse(await listIncidents(IncidentsParams.parse(asked), NOW_MS, stage().database));

  it('is declared once, however often the same declaration comes', async () => {
    const asked = NewIncident.parse({ id: randomUUID(), title: 'Scores are flat', severity: 'SEV1', text: 'All 0.5' });
    const { database } = stage();
    const declare = () => database.write((transaction) => declareIncident(transaction, asked, by));
    const told = await Promise.all([declare(), declare(), declare()]);
    expect(told.map(({ isNew }) => isNew).sort()).toEqual([false, false, true]);
    expect(new Set(told.map(({ incident }) => incident.number)).size).toBe(1);
    const incident = await read(asked.id);
    expect(incident).toMatchObject({ status: 'triage', entries: 2, title: 'Scores are flat', revision: 1 });
    expect(incident.answer).toContain('nobody commands it');
  });

  it('gets numbers without gaps, even when some are rolled back', async () => {
    const { database } = stage();
    const first = await declared(stage());
    await expect(
      database.write(async (transaction) => {
        const asked = NewIncident.parse({ id: randomUUID(), title: 'never', severity: 'SEV3' });
        await declareIncident(transaction, asked, by);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    const both = await Promise.all([declared(stage()), declared(stage())]);
    expect(both.map(({ number }) => number).sort((a, b) => a - b)).toEqual([first.number + 1, first.number + 2]);
  });

  it('goes from triage to reviewed and back, with its instants, and refuses what makes no sense', async () => {
    const { id } = await declared(stage(), { startedAtMs: NOW_MS - 10 * MINUTE_MS });
    const step = async (status: string, atMs: number, more: object = {}) => {
      const { revision } = await read(id);
      const change = StatusChange.parse({ incidentId: id, id: randomUUID(), revision, status, atMs, ...more });
      return changeStatus(change, { identity: ada, nowMs: NOW_MS + 60 * MINUTE_MS }, stage().database);
    };
    await acknowledge(
      { incidentId: id, id: randomUUID() },
      { identity: ben, nowMs: NOW_MS + MINUTE_MS },
      stage().database,
    );
    expect(await read(id)).toMatchObject({ status: 'active', commander: 'Ben' });
    await step('mitigated', NOW_MS + 20 * MINUTE_MS);
    await step('resolved', NOW_MS + 30 * MINUTE_MS);
    const resolved = await read(id);
    expect(resolved.durations).toEqual({
      toDetectMs: 10 * MINUTE_MS,
      toAcknowledgeMs: MINUTE_MS,
      toMitigateMs: 20 * MINUTE_MS,
      toResolveMs: 30 * MINUTE_MS,
      hurtMs: 30 * MINUTE_MS,
    });
    expect(resolved.answer).toContain('it took 40');
    await expect(step('mitigated', NOW_MS)).rejects.toMatchObject({ code: 'conflict' });
    await step('active', NOW_MS + 40 * MINUTE_MS, { reason: 'It came back.' });
    expect((await read(id)).instants).toMatchObject({ mitigatedAtMs: null, resolvedAtMs: null });
    await expect(step('resolved', NOW_MS + 999 * MINUTE_MS)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('takes one of two presses of one button, and of two people the first', async () => {
    const { id } = await declared(stage());
    const change = StatusChange.parse({ incidentId: id, id: randomUUID(), revision: 1, status: 'active' });
    const press = () => changeStatus(change, by, stage().database);
    await Promise.all([press(), press(), press()]);
    expect((await entries(id)).total).toBe(2);
    const other = StatusChange.parse({ ...change, id: randomUUID(), status: 'resolved' });
    await expect(changeStatus(other, by, stage().database)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps what it did to predictions as it was written down last, until that is taken back', async () => {
    const { id } = await declared(stage());
    const write = async (kind: 'impact' | 'jobs', text: string, nowMs: number) => {
      const evidenceId = randomUUID();
      const look = { pathname: '/', search: '' };
      const part = { path: kind, params: {}, answer: { why: [] } };
      const head = { format: 1 as const, kind, title: text, look, model: null, startMs: 0, endMs: 1, stepMs: null };
      const about = { isPartial: false, warnings: [], redaction: { rules: [], isQuestionRedacted: false } };
      const document = { ...head, ...about, parts: [part], markdown: null, frozenAtMs: nowMs, consoleVersion: '0.1.0' };
      await storeEvidence({ id: evidenceId, document, by: ada }, stage().database);
      return { evidenceId, entry: await add(id, { text, evidenceId }, ada, nowMs) };
    };
    expect((await read(id)).impact).toBeNull();
    const first = await write('impact', '864 more failed', NOW_MS);
    const second = await write('impact', '1 082 more failed', NOW_MS + 1_000);
    await write('jobs', 'Jobs ran', NOW_MS + 2_000);
    expect((await read(id)).impact).toEqual({ evidenceId: second.evidenceId, text: '1 082 more failed' });
    await add(id, { text: 'counted twice', about: { entryId: second.entry.id, relation: 'retracts' } });
    expect((await read(id)).impact).toEqual({ evidenceId: first.evidenceId, text: '864 more failed' });
  });

  it('is not closed without a reason while tasks are open', async () => {
    const { id } = await declared(stage());
    const taskId = randomUUID();
    const task = { incidentId: id, id: taskId, text: 'Warm the cache', owner: null, dueAtMs: null };
    await addTask(task, by, stage().database);
    await addTask(task, by, stage().database);
    const close = async (reason: string) =>
      changeStatus(
        StatusChange.parse({ incidentId: id, id: randomUUID(), revision: 1, status: 'resolved', reason }),
        by,
        stage().database,
      );
    await expect(close('')).rejects.toThrow('1 task');
    expect((await read(id)).cautions).toHaveLength(1);
    await close('The task goes on as an action.');
    await editTask({ incidentId: id, taskId, revision: 1, state: 'done' }, by, stage().database);
    expect((await read(id)).tasks).toMatchObject([{ state: 'done', closedAtMs: NOW_MS, revision: 2 }]);
    await expect(
      editTask({ incidentId: id, taskId, revision: 1, state: 'open' }, by, stage().database),
    ).rejects.toMatchObject({ code: 'conflict', details: { fields: { state: 'done', revision: '2' } } });
  });

  it('tells on its timeline what was changed of it, and keeps impossible durations out', async () => {
    const { id } = await declared(stage());
    const edit = (fields: object) =>
      editIncident(IncidentEdit.parse({ incidentId: id, ...fields }), by, stage().database);
    await edit({ revision: 1, severity: 'SEV0', startedAtMs: NOW_MS + 30_000, tags: ['Cache', 'cache', 'DB'] });
    const incident = await read(id);
    expect(incident).toMatchObject({ severity: 'SEV0', tags: ['cache', 'db'], revision: 2 });
    // A clock ran ahead: detected before it began.
    expect(incident.durations.toDetectMs).toBeNull();
    const [newest] = (await entries(id)).entries;
    expect(newest?.text).toContain('severity: SEV2 → SEV0');
    expect(newest?.text).toMatch(/Start of the trouble: unknown → \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    await expect(edit({ revision: 1, title: 'late' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(edit({ revision: 2, startedAtMs: NOW_MS + 999_999 })).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('keeps roles from when to when, and only one commander at a time', async () => {
    const { id } = await declared(stage());
    const take = (role: string, person: string, fromMs: number) =>
      takeRole({ incidentId: id, id: randomUUID(), role: role as 'expert', person, fromMs }, by, stage().database);
    await take('commander', 'Ada', NOW_MS);
    await take('expert', 'Cleo', NOW_MS);
    const second = await take('commander', 'Ben', NOW_MS + MINUTE_MS);
    await take('expert', 'Dan', NOW_MS + MINUTE_MS);
    expect((await read(id)).roles.map(({ role, person, toMs }) => [role, person, toMs])).toEqual(
      expect.arrayContaining([
        ['commander', 'Ada', NOW_MS + MINUTE_MS],
        ['commander', 'Ben', null],
        ['expert', 'Cleo', null],
        ['expert', 'Dan', null],
      ]),
    );
    await endRole({ incidentId: id, roleId: second.id, toMs: NOW_MS + 2 * MINUTE_MS }, by, stage().database);
    expect((await read(id)).commander).toBeNull();
  });

  it('keeps its timeline: corrected and taken back beside, hypotheses with what speaks for and against', async () => {
    const { id } = await declared(stage());
    const fact = await add(id, { text: 'Errors at 12 %', occurredAtMs: NOW_MS - 5 * MINUTE_MS });
    const guess = await add(id, { kind: 'hypothesis', text: 'The feature store is slow' });
    await add(id, { text: 'Fetch P99 2 s', about: { entryId: guess.id, relation: 'supports' } });
    const wrong = await add(id, { text: 'CPU idle', about: { entryId: guess.id, relation: 'refutes' } });
    await add(id, { text: 'Wrong host', about: { entryId: wrong.id, relation: 'retracts' } });
    await add(id, { text: 'Errors at 21 %', about: { entryId: fact.id, relation: 'corrects' } });
    await add(id, {
      kind: 'hypothesis',
      text: '',
      about: { entryId: guess.id, relation: 'settles' },
      hypothesisState: 'supported',
    });
    const { entries: told } = await entries(id, { order: 'asc' });
    expect(told[0]).toMatchObject({
      id: fact.id,
      backdated: true,
      correctedBy: { relation: 'corrects', text: 'Errors at 21 %' },
    });
    expect((await read(id)).hypotheses).toMatchObject([
      { entryId: guess.id, state: 'supported', supportedBy: [expect.any(String)], refutedBy: [] },
    ]);
    await expect(add(id, { about: { entryId: fact.id, relation: 'supports' } })).rejects.toThrow('Only a hypothesis');
    await expect(add(id, { evidenceId: randomUUID() })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gives its timeline page by page, each entry once, in the order in which things occurred', async () => {
    const { id } = await declared(stage());
    for (let i = 0; i < 25; i += 1) await add(id, { text: `n${i}`, occurredAtMs: NOW_MS - (i % 3) * MINUTE_MS });
    for (const order of ['asc', 'desc']) {
      const seen: { id: string; occurredAtMs: number; seq: number }[] = [];
      let cursor: string | null = null;
      do {
        const page: EntryPage = await entries(id, { order, limit: 7, ...(cursor === null ? {} : { cursor }) });
        seen.push(...page.entries);
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(new Set(seen.map((entry) => entry.id)).size).toBe(26);
      const sorted = seen.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || a.seq - b.seq);
      expect(seen.map(({ seq }) => seq)).toEqual((order === 'asc' ? sorted : sorted.reverse()).map(({ seq }) => seq));
    }
    await expect(entries(id, { cursor: "1' OR 1" })).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('is found by words of title, tags and entries, alike on both databases, whatever the characters', async () => {
    const word = `x${randomUUID().slice(0, 8)}`;
    const one = await declared(stage(), { title: `Café ${word} 100% feature_store`, tags: ['gpu'] });
    const two = await declared(stage(), { title: `another ${word}` });
    await add(two.id, { text: `Seen in C:\\Temp_${word} AÇAÍ` });
    const found = async (q: string) => (await list({ q })).incidents.map(({ number }) => number);
    expect(await found(`CAFÉ ${word}`)).toEqual([one.number]);
    expect(await found(`${word} 100%`)).toEqual([one.number]);
    expect(await found(`${word} feature_store`)).toEqual([one.number]);
    // `_` and `%` mean themselves: "featureXstore" is not meant by "feature_store", nor anything by "%".
    expect(await found(`${word} ature%ore`)).toEqual([]);
    expect(await found(`açaí temp_${word}`)).toEqual([two.number]);
    expect(await found(`c:\\temp_${word}`)).toEqual([two.number]);
    expect(await found(`INC-${one.number}`)).toContain(one.number);
    expect((await list({ q: word, tag: 'gpu' })).incidents.map(({ number }) => number)).toEqual([one.number]);
    expect((await list({ q: word })).byStatus.triage).toBe(2);
  });

  it('is merged into another with all it has, and comes back out whole', async () => {
    const [one, two] = [await declared(stage()), await declared(stage())];
    await add(one.id, { text: 'of one' });
    const link = { incidentId: one.id, id: randomUUID(), kind: 'merge' as const, other: two.id, reason: 'the same' };
    await addLink(link, by, stage().database);
    await addLink(link, by, stage().database);
    expect(await read(one.id)).toMatchObject({ mergedInto: { number: two.number }, nextStatuses: [] });
    const texts = (await entries(two.id)).entries.map(({ text, label }) => `${label}: ${text}`);
    expect(texts).toContain(`i${one.number}e2: of one`);
    expect((await list({})).incidents.map(({ number }) => number)).not.toContain(one.number);
    // What is added to the merged one is added where it went.
    const late = await add(one.id, { text: 'late' });
    expect(late.incidentId).toBe(two.id);
    await undoLink({ incidentId: two.id, linkId: link.id }, by, stage().database);
    await undoLink({ incidentId: two.id, linkId: link.id }, by, stage().database);
    expect((await read(one.id)).mergedInto).toBeNull();
    expect((await entries(two.id)).entries.map(({ text }) => text)).not.toContain('of one');
  });

  it('is not merged in a circle, however the two of them are merged at once', async () => {
    const [one, two] = [await declared(stage()), await declared(stage())];
    const merge = (from: string, to: string) =>
      addLink({ incidentId: from, id: randomUUID(), kind: 'merge', other: to, reason: '' }, by, stage().database);
    const told = await Promise.allSettled([merge(one.id, two.id), merge(two.id, one.id)]);
    expect(told.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const both = [await read(one.id), await read(two.id)];
    expect(both.filter(({ mergedInto }) => mergedInto !== null)).toHaveLength(1);
  });

  it('is split with copies of entries, and the split is undone', async () => {
    const from = await declared(stage());
    const fact = await add(from.id, { text: 'belongs elsewhere' });
    const split = {
      incidentId: from.id,
      id: randomUUID(),
      linkId: randomUUID(),
      title: 'The other thing',
      severity: 'SEV3' as const,
      episodeIds: [],
      entryIds: [fact.id],
      reason: 'two causes',
    };
    const out = await splitIncident(split, by, stage().database);
    expect((await splitIncident(split, by, stage().database)).id).toBe(out.id);
    expect((await entries(out.id)).entries.map(({ text }) => text)).toContain('belongs elsewhere');
    expect((await entries(from.id)).entries.map(({ id }) => id)).toContain(fact.id);
    await undoLink({ incidentId: from.id, linkId: split.linkId }, by, stage().database);
    expect((await read(out.id)).mergedInto).toMatchObject({ number: from.number });
  });

  it('leaves no change without an audit row, and stores nothing of what is refused', async () => {
    const { database } = stage();
    const before = await database.read((client) => client.auditEntry.count());
    const { id } = await declared(stage());
    await add(id, {});
    await expect(add(id, { evidenceId: randomUUID() })).rejects.toThrow();
    const rows = await database.read((client) =>
      client.auditEntry.findMany({ where: { subject: `incident:${id}` }, orderBy: { atMs: 'asc' } }),
    );
    expect(rows.map(({ action }) => action).sort()).toEqual(['incident.declare', 'incident.entry']);
    expect(await database.read((client) => client.auditEntry.count())).toBe(before + 2);
    expect((await read(id)).activity).toBe(2);
  });
});
