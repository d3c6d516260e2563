import type { AnswerText, Status } from '@/lib/contracts/answer';
import type { SourcesReport } from '@/lib/contracts/source';
import { listed } from './listed';

/**
 * The sentence of Settings → Sources: do the sources answer, and can the console measure what it is for. One sentence
 * for each source that does not answer, one for the rest together, one for the signal map.
 */
export function sourcesAnswer({ sources, preset, signals, missing }: SourcesReport): AnswerText {
  const sentences: AnswerText = sources
    .filter(({ status }) => status !== 'ok')
    .map(({ name, status, word }) => ({
      status,
      parts: [
        { text: name, tone: status },
        // Words of an error name their source themselves.
        {
          text: ` ${word.startsWith(`${name} `) ? word.slice(name.length + 1) : word}${/[.?]$/.test(word) ? '' : '.'}`,
          tone: 'value',
        },
      ],
    }));
  const well = sources.filter(({ status }) => status === 'ok').map(({ name }) => name);
  if (sources.length === 0) {
    sentences.push({
      status: 'unknown',
      parts: [{ text: 'No source is configured. Name at least a Prometheus in windsock.yaml.', tone: 'value' }],
    });
  } else if (well.length > 0) {
    sentences.push({
      status: 'ok',
      parts: [{ text: `${listed(well)} ${well.length === 1 ? 'answers' : 'answer'}.`, tone: 'value' }],
    });
  }
  const asked = signals.filter(({ present }) => present !== null);
  const there = asked.filter(({ present }) => present === true).length;
  if (asked.length > 0) {
    const status: Status = there === 0 ? 'bad' : missing.length > 0 ? 'watch' : 'ok';
    sentences.push({
      status,
      parts: [
        { text: `${there} of ${signals.length} signals are there`, tone: 'value' },
        { text: ` by the map of ${preset.product} (${preset.foundBy}).`, tone: 'muted' },
        ...(missing.length === 0
          ? []
          : [{ text: ` Not measured: ${listed(missing.map(({ signal }) => signal))}.`, tone: 'value' as const }]),
      ],
    });
  }
  return sentences;
}
