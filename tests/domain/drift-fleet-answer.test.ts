import { describe, expect, it } from 'vitest';
import type { InputState } from '@/lib/contracts/fleet';
import { byInputs, driftFleetAnswer, driftHref } from '@/lib/domain/drift-fleet-answer';

const row = (model: string, status: InputState['status'], word = '5 features quiet') => ({
  model,
  inputs: { status, word },
});
const saidOf = (rows: Parameters<typeof driftFleetAnswer>[0]) =>
  driftFleetAnswer(rows).map(({ status, parts }) => `${status}: ${parts.map(({ text }) => text).join('')}`);

describe('the sentences over the models', () => {
  it('begin with what moved, lead there, and count the quiet', () => {
    const rows = [row('fraud', 'ok'), row('churn', 'watch', 'amount drifted'), row('reco', 'ok')];
    expect(saidOf(byInputs(rows))).toEqual([
      'watch: Inputs of churn: amount drifted.',
      'ok: The inputs of 2 models look as in what they are held against.',
    ]);
    expect(driftFleetAnswer(rows)[0]?.parts[1]?.to).toBe('/drift?model=churn');
  });

  it('name three at most, and say how many more', () => {
    const rows = Array.from({ length: 6 }, (_, i) => row(`m${i}`, 'watch', 'x new'));
    expect(saidOf(rows)).toHaveLength(4);
    expect(saidOf(rows).at(-1)).toBe('watch: The inputs of 3 models more moved; see the table.');
  });

  it('take no model of which nothing is known for a quiet one', () => {
    expect(saidOf([row('a', 'unknown', 'not measured')])).toEqual(['unknown: Nothing is known of the inputs of a.']);
    expect(saidOf([row('a', 'ok'), row('b', 'unknown')])).toEqual([
      'ok: The inputs of 1 model look as in what they are held against.',
      'unknown: Nothing is known of the inputs of b.',
    ]);
    expect(saidOf([row('a', 'ok')])).toEqual([
      'ok: The inputs of the one model look as in what they are held against.',
    ]);
    expect(saidOf([])).toEqual([]);
  });

  it('say of what is on its way that it is', () => {
    const pending = { model: 'a', inputs: { status: 'unknown', word: 'being computed', isPending: true } } as const;
    expect(saidOf([pending])).toEqual(['unknown: The inputs of 1 model are being computed.']);
  });

  it('lead nowhere else for names that are addresses', () => {
    expect(driftHref('//evil?x=1&model=y')).toBe('/drift?model=%2F%2Fevil%3Fx%3D1%26model%3Dy');
  });
});
