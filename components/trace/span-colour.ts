import { seriesStyle, stageColour, type ThemeName } from '@/lib/charts/palette';
import { stageOfName } from '@/lib/domain/trace-stages';

/** Colour of a span: that of its stage, which is the same in every chart of the console, else that of its service. */
export function spanColour(name: string, service: string, theme: ThemeName): string {
  const stage = stageOfName(name);
  return stage === null ? seriesStyle(service, theme).colour : stageColour(stage, theme);
}

/** What stands where a span or a service has no name. */
export const orNameless = (name: string): string => (name === '' ? '(no name)' : name);
