import type { Labels } from '@/lib/contracts/series';

/** A series by its labels as PromQL writes them; without labels by its metric, else by a word. */
function wholeName({ __name__: metric = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? metric || 'value' : `${metric}{${pairs.join(', ')}}`;
}

/**
 * What calls each of some series that are drawn together: a lone one by all its labels, several by the values of those
 * that tell them apart, in the order of the labels' names ("2.4.0", "error · 2.4.0"). A label that a series lacks is "–".
 */
export function seriesNamer(all: readonly Labels[]): (labels: Labels) => string {
  if (all.length < 2) return wholeName;
  const names = [...new Set(all.flatMap((labels) => Object.keys(labels)))].sort();
  const telling = names.filter((name) => new Set(all.map((labels) => labels[name])).size > 1);
  return (labels) =>
    telling.length === 0 ? wholeName(labels) : telling.map((name) => labels[name] || '–').join(' · ');
}
