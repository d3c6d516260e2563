import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { startAndWait } from './running-process';

const binary = (name: string): string | null =>
  [`/usr/bin/${name}`, `/usr/local/bin/${name}`].find((path) => existsSync(path)) ?? null;

/** True where this machine has `prometheus` and `promtool`. */
export const hasPrometheus = (): boolean => binary('prometheus') !== null && binary('promtool') !== null;

export interface PrometheusOptions {
  /** An OpenMetrics file with timestamps; it becomes blocks. Nothing younger than about three hours. */
  openMetricsFile?: string;
  /** Writes further blocks into the folder of the server's data before it starts. */
  addBlocks?: (data: string) => void;
  /** The text of prometheus.yml; by default nothing is scraped. */
  config?: string;
  /** The text of rules.yml, beside the configuration; the default configuration loads it. */
  rules?: string;
  /** Further flags, such as `--enable-feature=exemplar-storage`. */
  flags?: readonly string[];
}

export interface RealPrometheus {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string;
  stop: () => Promise<void>;
  /** Replaces the text of rules.yml; `--web.enable-lifecycle` and POST /-/reload make the server read it. */
  writeRules: (text: string) => Promise<void>;
}

/** The one value of an expression, asked of a Prometheus without the console; throws where there is none or several. */
export async function singleValue({ url }: Pick<RealPrometheus, 'url'>, query: string, atMs: number): Promise<number> {
  const params = new URLSearchParams({ query, time: String(atMs / 1_000) });
  const response = await fetch(`${url}/api/v1/query?${params}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  const [one, ...more] = body.data.result;
  if (one === undefined || more.length > 0) throw new Error(`not one value, but ${body.data.result.length}: ${query}`);
  return Number(one.value[1]);
}

/** Starts the machine's own Prometheus in a directory of its own on a free loopback port; throws where there is none. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<RealPrometheus> {
  const [server, tool] = [binary('prometheus'), binary('promtool')];
  if (server === null || tool === null) throw new Error('prometheus and promtool are not installed');
  const directory = await mkdtemp(join(tmpdir(), 'real-prometheus-'));
  try {
    const data = join(directory, 'data');
    if (options.openMetricsFile !== undefined) {
      // promtool writes the blocks where the server looks for them.
      execFileSync(tool, ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', options.openMetricsFile, data]);
    }
    options.addBlocks?.(data);
    const rules = options.rules === undefined ? '' : 'rule_files: [rules.yml]\n';
    if (options.rules !== undefined) await writeFile(join(directory, 'rules.yml'), options.rules);
    await writeFile(join(directory, 'prometheus.yml'), options.config ?? `global: {}\n${rules}`);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const running = await startAndWait({
      command: server,
      args: [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${data}`,
        // Older blocks than the retention are deleted at once.
        '--storage.tsdb.retention.time=20y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
        ...(options.flags ?? []),
      ],
      url: `${url}/-/ready`,
    });
    const stop = async (): Promise<void> => {
      await running.stop();
      await rm(directory, { recursive: true, force: true });
    };
    return { url, stop, writeRules: (text) => writeFile(join(directory, 'rules.yml'), text) };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
