import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Investigation, InvestigationsParams, NewCell } from '@/lib/contracts/investigation';
import { addCell, editCell, moveCell } from '@/lib/server/investigations/cells';
import { exportInvestigation } from '@/lib/server/investigations/export';
import { listInvestigations } from '@/lib/server/investigations/list';
import { attachInvestigation, copyInvestigation, createInvestigation } from '@/lib/server/investigations/store';
import { ada, declared, NOW_MS, onBothDatabases } from './incidents/both-databases';

const by = { identity: ada, nowMs: NOW_MS };

onBothDatabases('an investigation', (stage) => {
  const begin = (title = 'Why is it slow?') =>
    createInvestigation(
      { id: randomUUID(), title, question: '', model: null, tags: ['latency'], incident: null },
      by,
      stage().database,
    );
  const note = (investigationId: string, text: string, more: object = {}) =>
    addCell(
      NewCell.parse({ investigationId, id: randomUUID(), content: { kind: 'note', text }, ...more }),
      by,
      stage().database,
    );
  const texts = ({ list }: Investigation) => list.map(({ content }) => (content.kind === 'note' ? content.text : ''));

  it('keeps its cells in order, moves them, takes them out and puts them back', async () => {
    const { id } = await begin();
    await note(id, 'a');
    await note(id, 'b');
    const three = Investigation.parse(await note(id, 'first', { afterCellId: null }));
    expect(texts(three)).toEqual(['first', 'a', 'b']);
    const [first, a, b] = three.list;
    const cell = { investigationId: id, cellId: first?.id ?? '' };
    expect(texts(await moveCell({ ...cell, afterCellId: a?.id ?? null }, by, stage().database))).toEqual([
      'a',
      'first',
      'b',
    ]);
    const gone = { investigationId: id, cellId: b?.id ?? '', revision: 1, removed: true };
    expect(texts(await editCell(gone, by, stage().database))).toEqual(['a', 'first']);
    expect(texts(await editCell({ ...gone, revision: 2, removed: false }, by, stage().database))).toEqual([
      'a',
      'first',
      'b',
    ]);
    await expect(editCell(gone, by, stage().database)).rejects.toMatchObject({
      code: 'conflict',
      details: { fields: { revision: '3', content: expect.stringContaining('"b"') } },
    });
  });

  it('is exported to the same bytes by its number and by its id', async () => {
    const { id, number } = await begin('What | broke?');
    await note(id, '**Redis**');
    const text = await exportInvestigation(String(number), stage().database);
    expect(text).toContain(`# Investigation ${number}: What \\| broke?`);
    expect(text).toContain('## 1. Note\n\n**Redis**\n');
    expect(await exportInvestigation(id, stage().database)).toBe(text);
    await expect(exportInvestigation('999999', stage().database)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is found by its notes, copied, and attached to an incident once', async () => {
    const word = randomUUID();
    const { id } = await begin();
    await note(id, `seen ${word}`);
    const find = async (asked: object) =>
      (await listInvestigations(InvestigationsParams.parse(asked), stage().database)).investigations;
    expect((await find({ q: word.toUpperCase() })).map((one) => one.id)).toEqual([id]);
    const copy = await copyInvestigation({ investigationId: id, id: randomUUID() }, by, stage().database);
    expect(copy).toMatchObject({ cells: 1, copiedFrom: { id } });
    const incident = await declared(stage());
    const attach = { investigationId: id, incident: incident.id, attach: true };
    await attachInvestigation(attach, by, stage().database);
    expect((await attachInvestigation(attach, by, stage().database)).incidents).toHaveLength(1);
    expect((await find({ incident: String(incident.number) })).map((one) => one.id)).toEqual([id]);
  });
});
