import 'server-only';
import { LineCounter, parseDocument } from 'yaml';
import type { SourceKind } from '@/lib/contracts/error';
import { DEFAULT_REDACTION } from '../redaction/defaults';
import { toGuard, toToken } from './guard';
import { toIncidents } from './incidents';
import { ConfigError, problemsOf } from './problems';
import { ConfigFile, type SourceBlock } from './schema';
import { type Findings, readSecret } from './secret';
import { toSynthetic } from './synthetic';
import { databaseUrl } from './values';
import { toWebhooks } from './webhooks';

/** The limits of a model that the configuration does not name. */
export const DEFAULT_POLICY = {
  maxP95IncreaseRatio: 0.2,
  maxErrorIncreasePoints: 0.5,
  minRequests: 1000,
  minMinutes: 10,
  maxQualityDropPoints: 2,
  guard: {
    enabled: false,
    intervalMs: 60_000,
    violations: 3,
    armed: false,
    cooldownMs: 3_600_000,
    maxAgeMs: 300_000,
    webhooks: [] as string[],
    incident: 'SEV2' as const,
  },
};

const DEFAULT_DATABASE_URL = 'file:./data/windsock.db';

const KIND_NAME: Readonly<Record<SourceKind, string>> = {
  prometheus: 'Prometheus',
  loki: 'Loki',
  tempo: 'Tempo',
  alertmanager: 'Alertmanager',
};

/** Text of `windsock.yaml` and the environment to a configuration. Throws ConfigError with every fault found. */
export function parseConfig(text: string, file: string, env: NodeJS.ProcessEnv) {
  const found: Findings = { file, env, problems: [], warnings: [], given: new Set() };
  const written = expand(readYaml(text, found), [], found);
  if (found.problems.length > 0) throw new ConfigError(file, found.problems);

  const parsed = ConfigFile.safeParse(written ?? {});
  if (!parsed.success) throw new ConfigError(file, problemsOf(parsed.error));
  const config = toConfig(parsed.data, found);
  if (found.problems.length > 0) throw new ConfigError(file, found.problems);
  return config;
}

function readYaml(text: string, found: Findings): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  for (const error of document.errors) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    found.problems.push(`line ${line}, column ${col}: ${error.message}`);
  }
  if (found.problems.length > 0) return null;
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    found.problems.push(cause instanceof Error ? cause.message : String(cause));
    return null;
  }
}

const DEFAULT_TRACE_BYTES = 256_000_000;

/** `${NAME}` and `${NAME:-default}` inside text become the environment's value; `$${` stays as `${`. */
function expand(value: unknown, path: readonly string[], found: Findings): unknown {
  if (typeof value === 'string') {
    let isGiven = false;
    const text = value.replace(/\$?\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name: string, fallback?: string) => {
      if (whole.startsWith('$$')) return whole.slice(1);
      const set = found.env[name] || fallback;
      isGiven ||= Boolean(found.env[name]);
      if (set === undefined) found.problems.push(`${path.join('.')}: the environment variable ${name} is not set`);
      return set ?? '';
    });
    if (isGiven) found.given.add(text);
    return text;
  }
  if (Array.isArray(value)) return value.map((entry, index) => expand(entry, [...path, String(index)], found));
  if (value === null || typeof value !== 'object') return value ?? undefined;
  const entries = Object.entries(value).map(([key, entry]) => [key, expand(entry, [...path, key], found)] as const);
  // A key with nothing after the colon is a block left empty, not a null.
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}

function toConfig(written: ConfigFile, found: Findings) {
  const { sources, signals, server } = written;
  const toSources = (kind: SourceKind, blocks: readonly SourceBlock[]) =>
    blocks.map((entry, index) => toSource(entry, { kind, index, alone: blocks.length === 1 }, found));
  const config = {
    file: found.file,
    server: {
      host: found.env.WINDSOCK_HOST || server.host,
      port: portOf(found) ?? server.port,
      publicUrl: server.publicUrl ?? null,
      allowedHosts: [
        ...server.allowedHosts.map((host) => host.toLowerCase()),
        ...(server.publicUrl === undefined ? [] : [new URL(server.publicUrl).host]),
      ],
    },
    sources: {
      prometheus: toSources('prometheus', sources.prometheus).map((source, index) => ({
        ...source,
        kind: 'prometheus' as const,
        scrapeIntervalMs: sources.prometheus[index]?.scrapeInterval ?? 30_000,
      })),
      loki: toSources('loki', sources.loki),
      tempo: toSources('tempo', sources.tempo).map((source, index) => ({
        ...source,
        kind: 'tempo' as const,
        maxTraceBytes: sources.tempo[index]?.maxTraceSize ?? DEFAULT_TRACE_BYTES,
      })),
      alertmanager: toSources('alertmanager', sources.alertmanager),
    },
    signals: {
      preset: signals.preset,
      overrides: signals.overrides,
      modelLabel: signals.modelLabel ?? null,
      versionLabels: signals.versionLabels,
      logFields: signals.logFields,
      spanAttributes: signals.spanAttributes,
    },
    models: written.models.map((model, index) => toModel(model, index, found)),
    redaction: {
      rules: [
        ...(written.redaction.defaults ? DEFAULT_REDACTION : []),
        ...written.redaction.rules.map((rule) => ({ ...rule, replacement: rule.replacement ?? `[${rule.name}]` })),
      ],
    },
    events: written.events,
    access: { tokens: written.access.tokens.map((token, index) => toToken(token, index, found)) },
    guard: { keepEvaluationsMs: written.guard.keepEvaluations },
    alerts: { maxSilenceMs: written.alerts.maxSilence },
    incidents: toIncidents(written.incidents, found),
    webhooks: toWebhooks(written, found),
    audit: { checkpoints: written.audit.checkpoints ?? null },
    database: { url: databaseUrlOf(written, found) },
    warnings: found.warnings,
  };
  refuseDuplicates(config, found);
  return config;
}

function toSource(entry: SourceBlock, place: { kind: SourceKind; index: number; alone: boolean }, found: Findings) {
  const path = `sources.${place.kind}.${place.index}`;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(entry.headers ?? {})) {
    // Most extra headers are no secrets, so a literal one is worth no warning.
    headers[name] = typeof value === 'string' ? value : readSecret(value, `${path}.headers.${name}`, found);
  }
  if (entry.tenant !== undefined) headers['X-Scope-OrgID'] = entry.tenant;
  if (entry.bearerToken !== undefined && entry.basicAuth !== undefined) {
    found.problems.push(`${path}.basicAuth: expected either bearerToken or basicAuth, not both`);
  }
  if (entry.bearerToken !== undefined) {
    headers.Authorization = `Bearer ${readSecret(entry.bearerToken, `${path}.bearerToken`, found)}`;
  } else if (entry.basicAuth !== undefined) {
    const password = readSecret(entry.basicAuth.password, `${path}.basicAuth.password`, found);
    headers.Authorization = `Basic ${Buffer.from(`${entry.basicAuth.username}:${password}`).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(headers)) {
    // What HTTP cannot carry must not become a refused request at 3 a.m.
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      found.problems.push(`${path}: the value of the header ${name} holds a character that HTTP headers cannot`);
    }
  }
  const fallback = KIND_NAME[place.kind] + (place.alone ? '' : ` ${place.index + 1}`);
  return {
    name: entry.name ?? fallback,
    kind: place.kind,
    url: entry.url,
    headers,
    timeoutMs: entry.timeout,
    maxConcurrent: entry.maxConcurrent,
    maxAnswerBytes: entry.maxAnswerSize,
    explore: entry.explore ?? null,
  };
}

function toModel(written: ConfigFile['models'][number], index: number, found: Findings) {
  const replay = written.replay;
  return {
    name: written.name,
    champion: written.champion ?? null,
    challenger: written.challenger ?? null,
    owner: written.owner ?? null,
    runbook: written.runbook ?? null,
    slos: written.slos.map((slo) => ({
      name: slo.name ?? slo.kind,
      kind: slo.kind,
      objective: slo.objective,
      windowMs: slo.window,
      thresholdMs: slo.threshold ?? null,
      measure: slo.measure ?? null,
      job: slo.job ?? null,
      owner: slo.owner ?? written.owner ?? null,
      runbook: slo.runbook ?? written.runbook ?? null,
    })),
    policy: {
      ...DEFAULT_POLICY,
      ...written.policy,
      guard: written.policy.guard === undefined ? DEFAULT_POLICY.guard : toGuard(written.policy.guard),
      challengerShare: written.policy.challengerShare ?? null,
    },
    proxies: written.proxies.map(({ name, query, unit, better }) => ({
      name,
      query,
      unit: unit ?? null,
      better: better ?? null,
    })),
    cost: written.cost ?? null,
    synthetic: toSynthetic(written.synthetic, `models.${index}.synthetic`, found),
    replay:
      replay === undefined
        ? null
        : {
            url: replay.url,
            headers: Object.fromEntries(
              Object.entries(replay.headers ?? {}).map(([name, value]) => [
                name,
                typeof value === 'string' ? value : readSecret(value, `models.${index}.replay.headers.${name}`, found),
              ]),
            ),
            timeoutMs: replay.timeout,
            maxAnswerBytes: replay.maxAnswerSize,
            allowLinkLocal: replay.allowLinkLocal,
          },
  };
}

function portOf(found: Findings): number | null {
  const written = found.env.PORT;
  if (!written) return null;
  const port = Number(written);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  found.problems.push('PORT (environment): expected a port number');
  return null;
}

function databaseUrlOf(written: ConfigFile, found: Findings): string {
  const fromEnv = found.env.DATABASE_URL;
  if (!fromEnv) return written.database.url ?? DEFAULT_DATABASE_URL;
  const parsed = databaseUrl.safeParse(fromEnv);
  if (parsed.success) return parsed.data;
  found.problems.push('DATABASE_URL (environment): expected file:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME');
  return DEFAULT_DATABASE_URL;
}

function refuseDuplicates(config: ReturnType<typeof toConfig>, found: Findings): void {
  const seen = new Map<string, string>();
  const claim = (what: string, name: string, path: string) => {
    const first = seen.get(`${what} ${name}`);
    if (first !== undefined) found.problems.push(`${path}: expected another ${what} than "${name}", taken by ${first}`);
    else seen.set(`${what} ${name}`, path);
  };
  for (const [kind, list] of Object.entries(config.sources)) {
    for (const [index, source] of list.entries()) claim('source name', source.name, `sources.${kind}.${index}.name`);
  }
  for (const [index, endpoint] of config.webhooks.out.entries()) {
    claim('endpoint name', endpoint.name, `webhooks.out.${index}.name`);
  }
  for (const [index, token] of config.access.tokens.entries()) {
    claim('token name', token.name, `access.tokens.${index}.name`);
  }
  for (const [index, model] of config.models.entries()) {
    claim('model name', model.name, `models.${index}.name`);
    for (const [at, slo] of model.slos.entries()) {
      claim(`objective name in models.${index}`, slo.name, `models.${index}.slos.${at}.name`);
    }
  }
}
