import { seriesStyle, stageColour, type ThemeName } from '@/lib/charts/palette';
import { stageOfName } from '@/lib/domain/trace-stages';

export interface SpanColours {
  theme: ThemeName;
  /** Whether the trace has spans of stages. Colours of services would be taken for stages beside them. */
  hasStages: boolean;
}

/** Colour of a span: that of its stage, the same in every chart of the console; in a trace without any, of its service. */
export function spanColour(span: { name: string; service: string }, { theme, hasStages }: SpanColours): string {
  if (!hasStages) return seriesStyle(span.service, theme).colour;
  return stageColour(stageOfName(span.name) ?? 'other', theme);
}

/** What stands where a span or a service has no name. */
export const orNameless = (name: string): string => (name === '' ? '(no name)' : name);
