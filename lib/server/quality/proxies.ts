import 'server-only';
import type { QualityProxy } from '@/lib/contracts/quality';
import { toQueryDuration } from '@/lib/domain/time';
import type { DriftPanel } from '../drift/open';
import { askWindows, oneWindow, type Windows } from '../drift/windows';
import { modelConfigOf } from '../telemetry';

/** Stands for the length of a window in the query of a proxy. */
const WINDOW = /\$window\b/g;

/** Stand-ins for quality that the configuration names, over the windows and over the time before. */
export async function readProxies(
  { panel, model, signal }: DriftPanel,
  windows: Windows,
  before: { startMs: number; endMs: number },
): Promise<QualityProxy[]> {
  const { telemetry, gather } = panel;
  const proxies = modelConfigOf(telemetry.config, model)?.proxies ?? [];
  return Promise.all(
    proxies.map(async ({ name, query, unit, better }): Promise<QualityProxy> => {
      const ask = (over: Windows) =>
        askWindows(telemetry.prometheus, query.replace(WINDOW, toQueryDuration(over.windowMs)), over, signal, 2);
      const whole = oneWindow({ startMs: windows.startMs, endMs: windows.startMs + windows.count * windows.windowMs });
      const [values, now, then] = await Promise.all([
        gather.take(`proxy ${name} over time`, ask(windows)),
        gather.take(`proxy ${name}`, ask(whole)),
        gather.take(`proxy ${name} before`, ask(oneWindow(before))),
      ]);
      if ((values?.length ?? 0) > 1) {
        gather.gaps.push(`The query of the proxy ${name} gives more than one series; the first is shown. Sum it.`);
      }
      return {
        name,
        unit,
        better,
        now: now?.[0]?.values[0] ?? null,
        reference: then?.[0]?.values[0] ?? null,
        values: [...(values?.[0]?.values ?? new Array<null>(windows.count).fill(null))],
        query,
      };
    }),
  );
}
