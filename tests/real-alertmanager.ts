import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { startAndWait } from './running-process';

const program = (): string | null =>
  ['/usr/bin/prometheus-alertmanager', '/usr/local/bin/alertmanager'].find((path) => existsSync(path)) ?? null;

/** True where this machine has an Alertmanager. */
export const hasAlertmanager = (): boolean => program() !== null;

export interface RealAlertmanager {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string;
  output: () => string;
  stop: () => Promise<void>;
}

/** Starts the machine's own Alertmanager with one webhook as its only receiver, and as little waiting as it allows. `inhibitRules`: YAML. */
export async function startAlertmanager(
  webhook: { url: string; bearer: string },
  { inhibitRules = '' }: { inhibitRules?: string } = {},
): Promise<RealAlertmanager> {
  const command = program();
  if (command === null) throw new Error('prometheus-alertmanager is not installed');
  const directory = await mkdtemp(join(tmpdir(), 'real-alertmanager-'));
  const config = join(directory, 'alertmanager.yml');
  await writeFile(
    config,
    [
      'route: { receiver: windsock, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }',
      'receivers:',
      '  - name: windsock',
      '    webhook_configs:',
      `      - url: ${webhook.url}`,
      '        send_resolved: true',
      `        http_config: { authorization: { credentials: ${webhook.bearer} } }`,
      inhibitRules,
    ].join('\n'),
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const running = await startAndWait({
    command,
    args: [
      `--config.file=${config}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=${url.replace('http://', '')}`,
      // Alone: no gossip port.
      '--cluster.listen-address=',
    ],
    url: `${url}/-/ready`,
  });
  const stop = async (): Promise<void> => {
    await running.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { url, output: running.output, stop };
}
