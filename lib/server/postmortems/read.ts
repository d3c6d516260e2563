import 'server-only';
import { createHash } from 'node:crypto';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import type { Entry } from '@/lib/contracts/incident-entry';
import { POSTMORTEM_SECTIONS, SECTION_TITLES } from '@/lib/contracts/incident-words';
import {
  Postmortem,
  type PostmortemDraft,
  PostmortemReview,
  type PostmortemSection,
  type SectionHistory,
  type SectionHistoryParams,
} from '@/lib/contracts/postmortem';
import { exportIncident, judgedText, referenceText, referredEntries } from '@/lib/domain/incident-export';
import { draftPostmortem, draftText } from '@/lib/domain/postmortem-draft';
import { gapsOf } from '@/lib/domain/postmortem-gaps';
import { unsourcedSentences, wordingsOf } from '@/lib/domain/postmortem-wording';
import { type Database, db } from '../db';
import { hypothesesOf, toEntries } from '../incidents/entries';
import { familyOf, findIncident, type Reader } from '../incidents/find';
import { toRole } from '../incidents/roles';
import { instantsOf, readList, severityOf } from '../incidents/row';
import type { Reading } from '../reading';
import { toAction } from './action-row';
import { draftedImpact } from './impact';

/** Entries that a postmortem is made from at most; the oldest are what it begins with. */
const MAX_ENTRIES = 20_000;
const MAX_VERSIONS = 200;

/** The newest version of each section that has one, with who ever wrote in any. */
async function newestSections(reader: Reader, incidentId: string) {
  const versions = await reader.postmortemSection.findMany({
    where: { incidentId },
    select: { key: true, version: true, authorName: true, id: true },
  });
  const newest = new Map<string, { id: string; version: number }>();
  for (const row of versions) {
    if (row.version > (newest.get(row.key)?.version ?? 0)) newest.set(row.key, row);
  }
  const rows = await reader.postmortemSection.findMany({
    where: { id: { in: [...newest.values()].map(({ id }) => id) } },
  });
  return { rows, authors: [...new Set(versions.map(({ authorName }) => authorName))].sort() };
}

/** SHA-256 of what a review judges, lowercase hex. */
export async function textHashOf(reader: Reader, incidentId: string): Promise<string> {
  const [{ rows }, actions] = await Promise.all([
    newestSections(reader, incidentId),
    reader.postmortemAction.findMany({ where: { incidentId, state: { not: 'dropped' } } }),
  ]);
  const sections = POSTMORTEM_SECTIONS.map((key) => ({ key, text: rows.find((row) => row.key === key)?.text ?? '' }));
  return createHash('sha256').update(judgedText(sections, actions)).digest('hex');
}

async function materialOf(reader: Reader, incident: IncidentRow) {
  const family = await familyOf(reader, incident);
  const shown = { shownId: incident.id, family };
  const [rows, hypotheses, roles] = await Promise.all([
    reader.incidentEntry.findMany({
      where: { incidentId: { in: [...family.keys()] } },
      orderBy: [{ occurredAtMs: 'asc' }, { seq: 'asc' }, { id: 'asc' }],
      take: MAX_ENTRIES,
    }),
    hypothesesOf(reader, shown),
    reader.incidentRole.findMany({ where: { incidentId: incident.id }, orderBy: [{ fromMs: 'asc' }, { id: 'asc' }] }),
  ]);
  const corrections = new Map(
    rows
      .filter(({ relation }) => relation === 'corrects' || relation === 'retracts')
      .map((row) => [row.aboutId ?? '', row]),
  );
  const entries: Entry[] = toEntries(rows, { ...shown, corrections });
  const commanders = roles.filter(({ role }) => role === 'commander').map(({ person }) => person);
  return { entries, hypotheses, roles, commanders, instants: instantsOf(incident), severity: severityOf(incident) };
}

/** Title and hash of each pin that is there, by its id. */
async function pinsOf(reader: Reader, ids: readonly (string | null)[]) {
  const rows = await reader.evidence.findMany({
    where: { id: { in: ids.filter((id) => id !== null) } },
    select: { id: true, title: true, sha256: true },
  });
  return new Map(rows.map(({ id, ...pin }) => [id, pin]));
}

const STATE_WORDS = {
  draft: 'is a draft',
  in_review: 'waits for a review',
  changes_requested: 'was reviewed, and changes were asked for',
  approved: 'is approved',
} as const;

/** The postmortem of an incident; where none was begun, an empty one with its gaps. */
export async function toPostmortem(reader: Reader, incident: IncidentRow): Promise<Postmortem> {
  const [row, { rows, authors }, actionRows, reviewRows, textHash, material] = await Promise.all([
    reader.postmortem.findUnique({ where: { incidentId: incident.id } }),
    newestSections(reader, incident.id),
    reader.postmortemAction.findMany({
      where: { incidentId: incident.id },
      orderBy: [{ createdAtMs: 'asc' }, { id: 'asc' }],
    }),
    reader.postmortemReview.findMany({
      where: { incidentId: incident.id },
      orderBy: [{ atMs: 'asc' }, { id: 'asc' }],
    }),
    textHashOf(reader, incident.id),
    materialOf(reader, incident),
  ]);
  const labels = new Set(material.entries.map(({ label }) => label));
  const sections = POSTMORTEM_SECTIONS.map((key): PostmortemSection => {
    const section = rows.find((candidate) => candidate.key === key);
    return {
      key,
      title: SECTION_TITLES[key],
      text: section?.text ?? '',
      version: section?.version ?? 0,
      author: section === undefined ? null : { id: section.authorId, name: section.authorName },
      savedAtMs: section === undefined ? null : Number(section.savedAtMs),
      unsourced:
        section === undefined || !['summary', 'impact', 'detection'].includes(key)
          ? []
          : unsourcedSentences(section.text, labels),
    };
  });
  const referred = referredEntries({ sections, entries: material.entries });
  const evidence = await pinsOf(
    reader,
    referred.map(({ evidenceId }) => evidenceId),
  );
  const actions = actionRows.map(toAction);
  const gaps = gapsOf({ ...material, sections, actions, owner: row?.owner ?? null });
  const state = Postmortem.shape.state.parse(row?.state ?? 'draft');
  const openActions = actions.filter((action) => action.state === 'open').length;
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
  return {
    answer:
      row === null
        ? `No postmortem of INC-${incident.number} was begun; the record leaves ${count(gaps.length, 'question')} open.`
        : `The postmortem of INC-${incident.number} ${STATE_WORDS[state]}; ${count(gaps.length, 'question')} and ${count(openActions, 'action')} open.`,
    state,
    owner: row?.owner ?? null,
    sections,
    actions,
    reviews: reviewRows.map((review) => ({
      id: review.id,
      verdict: PostmortemReview.shape.verdict.parse(review.verdict),
      comment: review.comment,
      by: { id: review.byId, name: review.byName },
      atMs: Number(review.atMs),
      textHash: review.textHash,
      current: review.textHash === textHash,
      byOnlyAuthor: review.byOnlyAuthor,
    })),
    gaps,
    wording: sections.flatMap(({ key, text }) => wordingsOf(text).map((found) => ({ section: key, ...found }))),
    textHash,
    references: referred.map((entry) => ({ label: entry.label, text: referenceText(entry, evidence) })),
    authors,
    revision: row?.revision ?? 0,
  };
}

/**
 * The postmortem of an incident, by the incident's UUID or number; an empty one with its gaps where none was begun.
 * Throws `not_found` without the incident.
 */
export async function readPostmortem(key: string, database: Database = db()): Promise<Postmortem> {
  return database.read(async (client) => toPostmortem(client, await findIncident(client, key)));
}

/** What the timeline says, section by section, and what the fleet's own counters say of the impact. Nothing is stored. */
export async function readDraft(key: string, reading: Reading, database: Database = db()): Promise<PostmortemDraft> {
  const { incident, material, stored, gaps } = await database.read(async (client) => {
    const found = await findIncident(client, key);
    const [told, postmortem] = await Promise.all([materialOf(client, found), toPostmortem(client, found)]);
    return { incident: found, material: told, stored: postmortem.sections, gaps: postmortem.gaps };
  });
  const { impact, gap } = await draftedImpact(incident, material.entries, reading, database);
  const drafted = draftPostmortem({
    ...material,
    impact,
    number: incident.number,
    title: incident.title,
    model: incident.model,
    version: incident.version,
    declaredBy: incident.declaredByName,
    declaredAtMs: Number(incident.declaredAtMs),
  });
  return {
    sections: drafted.map((section) => {
      const text = draftText(section);
      const now = stored.find(({ key: sectionKey }) => sectionKey === section.key)?.text ?? '';
      const differs = now.trim() !== '' && now.trim() !== text;
      return { key: section.key, title: SECTION_TITLES[section.key], text, sentences: section.sentences, differs };
    }),
    gaps: gap === null ? gaps : [...gaps, { section: 'impact', sentence: gap }],
  };
}

/** Every version of a section, newest first. */
export async function readHistory(
  { incidentId, key }: SectionHistoryParams,
  database: Database = db(),
): Promise<SectionHistory> {
  return database.read(async (client) => {
    const incident = await findIncident(client, incidentId);
    const rows = await client.postmortemSection.findMany({
      where: { incidentId: incident.id, key },
      orderBy: { version: 'desc' },
      take: MAX_VERSIONS + 1,
    });
    return {
      versions: rows.slice(0, MAX_VERSIONS).map((row) => ({
        version: row.version,
        text: row.text,
        author: { id: row.authorId, name: row.authorName },
        savedAtMs: Number(row.savedAtMs),
        baseVersion: row.baseVersion,
      })),
      more: rows.length > MAX_VERSIONS,
    };
  });
}

/** An incident and its postmortem as Markdown, byte for byte the same for the same record. */
export async function exportMarkdown(
  key: string,
  { withTimeline }: { withTimeline: boolean },
  database: Database = db(),
): Promise<string> {
  return database.read(async (client) => {
    const incident = await findIncident(client, key);
    const [material, postmortem] = await Promise.all([materialOf(client, incident), toPostmortem(client, incident)]);
    const evidence = await pinsOf(client, [
      ...material.entries.map(({ evidenceId }) => evidenceId),
      ...postmortem.actions.map(({ verified }) => verified?.evidenceId ?? null),
    ]);
    return exportIncident({
      number: incident.number,
      title: incident.title,
      severity: incident.severity,
      status: incident.status,
      model: incident.model,
      version: incident.version,
      drill: incident.drill,
      tags: readList(incident.tags),
      instants: material.instants,
      roles: material.roles.map(toRole),
      sections: postmortem.sections,
      actions: postmortem.actions,
      reviews: postmortem.reviews,
      entries: material.entries,
      evidence,
      textHash: postmortem.textHash,
      withTimeline,
    });
  });
}
