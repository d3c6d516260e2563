import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULE_FILES } from '../../lib/contracts/slo';
import { readRuleFile } from '../../lib/server/slos/rules';
import { openTelemetry } from '../../lib/server/telemetry';
import { type Command, say, typedPath, UsageError } from './command';
import { readOptions } from './options';

/** Writes the rules of the configured objectives: to standard output, or with their tests into a folder. */
export const rules: Command = {
  async run(args) {
    const { values } = readOptions(args, { out: { type: 'string' }, file: { type: 'string' } });
    const wanted = RULE_FILES.find((one) => one === (values.file ?? 'prometheus'));
    if (wanted === undefined) throw new UsageError(`--file is one of ${RULE_FILES.join(', ')}.`);
    const nowMs = Date.now();
    const telemetry = await openTelemetry(nowMs);
    const signal = AbortSignal.timeout(60_000);
    const read = (file: (typeof RULE_FILES)[number]) => readRuleFile(telemetry, { file, endMs: nowMs, signal });
    if (values.out === undefined) {
      const { text, notes } = await read(wanted);
      process.stdout.write(text);
      for (const note of notes) process.stderr.write(`${note}\n`);
      return 0;
    }
    const folder = typedPath(values.out);
    mkdirSync(folder, { recursive: true });
    const written = await Promise.all((values.file === undefined ? RULE_FILES : [wanted]).map(read));
    for (const { text, fileName } of written) {
      writeFileSync(join(folder, fileName), text);
      say(join(folder, fileName));
    }
    for (const note of written[0]?.notes ?? []) process.stderr.write(`${note}\n`);
    return 0;
  },
};
