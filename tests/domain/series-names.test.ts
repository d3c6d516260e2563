import { describe, expect, it } from 'vitest';
import { seriesNamer } from '@/lib/domain/series-names';

const namesOf = (...all: Parameters<typeof seriesNamer>[0][]) => all.map((set) => set.map(seriesNamer(set)));

describe('series that are drawn together', () => {
  it('are called by what tells them apart', () => {
    expect(
      namesOf(
        [{ model_version: '2.3.0' }, { model_version: '2.4.0' }],
        [
          { __name__: 'up', job: 'a', zone: 'x' },
          { __name__: 'up', job: 'b', zone: 'x' },
        ],
        [
          { model: 'reco', status: 'ok' },
          { model: 'reco', status: 'error' },
          { model: 'fraud', status: 'ok' },
        ],
      ),
    ).toEqual([
      ['2.3.0', '2.4.0'],
      ['a', 'b'],
      ['reco · ok', 'reco · error', 'fraud · ok'],
    ]);
  });

  it('show that one lacks the label of the others', () => {
    expect(namesOf([{ version: '2' }, {}])).toEqual([['2', '–']]);
  });

  it('are called by all of it where there is one', () => {
    expect(namesOf([{ __name__: 'up', job: 'a' }], [{}], [{ __name__: 'up' }])).toEqual([
      ['up{job="a"}'],
      ['value'],
      ['up'],
    ]);
  });
});
