import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '@/lib/domain/time';
import { loadConfig } from '@/lib/server/config';
import { DEFAULT_POLICY, parseConfig } from '@/lib/server/config/parse';
import { ConfigError, nearest } from '@/lib/server/config/problems';
import { parseSizeBytes } from '@/lib/server/config/values';

const MINIMAL = 'sources:\n  prometheus: { url: "http://localhost:9090" }\n';
const parse = (text: string, env: Record<string, string> = {}) =>
  parseConfig(text, '/etc/windsock.yaml', { NODE_ENV: 'test', ...env });

function problems(text: string, env: Record<string, string> = {}): readonly string[] {
  try {
    parse(text, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('a good configuration', () => {
  it('needs one source and nothing else', () => {
    const config = parse(MINIMAL);
    expect(config.sources.prometheus).toEqual([
      {
        name: 'Prometheus',
        kind: 'prometheus',
        url: 'http://localhost:9090',
        headers: {},
        timeoutMs: 30_000,
        maxConcurrent: 8,
        maxAnswerBytes: 20_000_000,
        explore: null,
        scrapeIntervalMs: 30_000,
      },
    ]);
    expect(config.server).toEqual({ host: '127.0.0.1', port: 3000, publicUrl: null, allowedHosts: [] });
    expect(config.database.url).toBe('file:./data/windsock.db');
    expect(config.signals.preset).toBe('auto');
    expect(config.redaction.rules.map((rule) => rule.name)).toEqual(['e-mail', 'card number', 'bearer token']);
    expect(config.warnings).toEqual([]);
  });

  it('is what the sample says', () => {
    const config = parse(readFileSync('windsock.sample.yaml', 'utf8'));
    const model = config.models[0];
    const said = {
      windowMs: 2_592_000_000,
      thresholdMs: null,
      measure: null,
      job: null,
      owner: 'risk-ml',
      runbook: 'https://wiki.example.com/fraud-detector',
    };
    expect(model?.slos).toEqual([
      { ...said, name: 'availability', kind: 'availability', objective: 0.995 },
      { ...said, name: 'latency', kind: 'latency', objective: 0.99, thresholdMs: 500 },
      { ...said, name: 'freshness', kind: 'freshness', objective: 0.99, thresholdMs: 21_600_000 },
      { ...said, name: 'quality', kind: 'quality', objective: 0.8, measure: 'recall' },
    ]);
    const guard = { ...DEFAULT_POLICY.guard, enabled: true };
    expect(model?.policy).toEqual({ ...DEFAULT_POLICY, guard, challengerShare: null });
    expect(config.warnings).toEqual([]);
  });

  it('points the demo at the port of the lab', () => {
    const config = parse(readFileSync('windsock.demo.yaml', 'utf8'), { LAB_PORT: '9999' });
    expect(config.sources.loki[0]?.url).toBe('http://127.0.0.1:9999/loki');
    expect(config.sources.prometheus[0]?.url).toBe('http://127.0.0.1:9999/prometheus');
  });

  it('keeps the order of named sources, with their tenants', () => {
    const config = parse(`sources:
  loki:
    - { name: Loki EU, url: "http://eu:3100/", tenant: eu }
    - { name: Loki US, url: "http://us:3100", tenant: us }`);
    expect(config.sources.loki.map(({ name, url, headers }) => ({ name, url, headers }))).toEqual([
      { name: 'Loki EU', url: 'http://eu:3100', headers: { 'X-Scope-OrgID': 'eu' } },
      { name: 'Loki US', url: 'http://us:3100', headers: { 'X-Scope-OrgID': 'us' } },
    ]);
  });

  it('takes secrets from the environment and from files beside it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'windsock-config-'));
    writeFileSync(join(directory, 'password'), 's3cret\n');
    writeFileSync(
      join(directory, 'windsock.yaml'),
      `sources:
  prometheus: { url: "http://p:9090", bearerToken: { env: TOKEN } }
  tempo: { url: "http://t:3200", basicAuth: { username: reader, password: { file: password } } }`,
    );
    const config = loadConfig(join(directory, 'windsock.yaml'), { NODE_ENV: 'test', TOKEN: 'abc' });
    expect(config.sources.prometheus[0]?.headers).toEqual({ Authorization: 'Bearer abc' });
    expect(config.sources.tempo[0]?.headers).toEqual({
      Authorization: `Basic ${Buffer.from('reader:s3cret').toString('base64')}`,
    });
    expect(config.warnings).toEqual([]);
  });

  it('allows a secret in plain text and warns without repeating it', () => {
    const { warnings } = parse('sources:\n  loki: { url: "http://l:3100", bearerToken: hunter2 }');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('sources.loki.0.bearerToken');
    expect(warnings[0]).not.toContain('hunter2');
  });

  it('does not warn of a secret that the environment gave, only of what the file falls back to', () => {
    const text = `sources:\n  loki: { url: "http://l:3100", bearerToken: "\${LOKI_TOKEN:-hunter2}" }`;
    expect(parse(text, { LOKI_TOKEN: 'from-outside' }).warnings).toEqual([]);
    expect(parse(text).warnings).toHaveLength(1);
  });

  it('lets the environment win for port, host and database', () => {
    const config = parse(MINIMAL, { PORT: '4000', WINDSOCK_HOST: '0.0.0.0', DATABASE_URL: 'postgres://u:p@h/db' });
    expect([config.server.port, config.server.host, config.database.url]).toEqual([
      4000,
      '0.0.0.0',
      'postgres://u:p@h/db',
    ]);
  });
});

describe('a bad configuration', () => {
  const withModel = (line: string) => `${MINIMAL}models:\n  - name: a\n    ${line}\n`;
  it.each([
    [
      'a misspelt key of a model',
      withModel('chalenger: "2"'),
      'models.0.chalenger: unknown key; did you mean challenger?',
    ],
    ['a misspelt block', `${MINIMAL}modells: []`, 'modells: unknown key; did you mean models?'],
    [
      'a misspelt key of a source',
      'sources:\n  loki: { ulr: "http://l" }',
      'sources.loki.0.ulr: unknown key; did you mean url?',
    ],
    [
      'an armed guard that could tell nobody',
      withModel('policy: { guard: { enabled: true, armed: true } }'),
      /^models\.0\.policy\.guard\.webhooks: expected at least one webhook endpoint/,
    ],
    [
      'a guard of half minutes',
      withModel('policy: { guard: { interval: 90s } }'),
      'models.0.policy.guard.interval: expected whole minutes',
    ],
    [
      'a token that can be guessed',
      `${MINIMAL}access: { tokens: [{ name: a, token: short, permissions: [rollouts:gate] }] }`,
      'access.tokens.0.token: expected at least 16 characters',
    ],
    [
      'a token that no header carries',
      `${MINIMAL}access: { tokens: [{ name: a, token: "with a space in it", permissions: [rollouts:gate] }] }`,
      /^access\.tokens\.0\.token: expected letters, digits and signs/,
    ],
    [
      'a permission that no token has',
      `${MINIMAL}access: { tokens: [{ name: a, token: 0123456789abcdefg, permissions: [notes:write] }] }`,
      /^access\.tokens\.0\.permissions\.0: expected one of rollouts:gate/,
    ],
    [
      'another case',
      withModel('policy: { min_requests: 5 }'),
      'models.0.policy.min_requests: unknown key; did you mean minRequests?',
    ],
    [
      'a signal nobody knows',
      `${MINIMAL}signals: { overrides: { latancy: {} } }`,
      'signals.overrides.latancy: unknown key; did you mean latency?',
    ],
    [
      'a preset nobody knows',
      `${MINIMAL}signals: { preset: tritonn }`,
      /^signals\.preset: expected one of .*; did you mean triton\?$/,
    ],
    [
      'a bad address',
      'sources:\n  tempo: { url: localhost }',
      'sources.tempo.0.url: expected an address such as http://localhost:9090',
    ],
    [
      'a missing address',
      'sources:\n  tempo: {}',
      'sources.tempo.0.url: expected an address such as http://localhost:9090',
    ],
    ['a password in an address', 'sources:\n  tempo: { url: "http://u:p@h" }', /^sources\.tempo\.0\.url: /],
    ['no source', 'sources: {}', /^sources: expected at least one source/],
    ['an empty file', '', /^sources: /],
    [
      'a number where a duration is due',
      'sources:\n  loki: { url: "http://l", timeout: 30 }',
      /^sources\.loki\.0\.timeout: expected a duration such as 30s/,
    ],
    [
      'a duration out of bounds',
      'sources:\n  loki: { url: "http://l", timeout: 3h }',
      /^sources\.loki\.0\.timeout: .*100ms to 10m/,
    ],
    [
      'a version that YAML reads as a number',
      withModel('champion: 2.3'),
      'models.0.champion: expected text (in quotes, if it looks like a number)',
    ],
    [
      'a champion that challenges itself',
      withModel('champion: "1"\n    challenger: "1"'),
      'models.0.challenger: expected another version than the champion',
    ],
    [
      'an objective of 100',
      withModel('slos: [{ kind: availability, objective: 100 }]'),
      /^models\.0\.slos\.0\.objective: expected a share/,
    ],
    [
      'an objective of 100 %',
      withModel('slos: [{ kind: availability, objective: 100% }]'),
      /^models\.0\.slos\.0\.objective: expected less than 100 %: such an objective leaves no budget/,
    ],
    [
      'an objective of 1',
      withModel('slos: [{ kind: availability, objective: 1.0 }]'),
      /^models\.0\.slos\.0\.objective: expected less than 100 %/,
    ],
    [
      'a job of an objective that is not about freshness',
      withModel('slos: [{ kind: availability, objective: 0.9, job: x }]'),
      'models.0.slos.0.job: kind availability takes no job',
    ],
    [
      'a latency objective without a bound',
      withModel('slos: [{ kind: latency, objective: 0.9 }]'),
      /^models\.0\.slos\.0\.threshold: expected a duration/,
    ],
    [
      'two models of one name',
      `${MINIMAL}models: [{ name: a }, { name: a }]`,
      /^models\.1\.name: expected another model name/,
    ],
    [
      'two sources of one name',
      'sources:\n  loki: [{ name: A, url: "http://l" }, { name: A, url: "http://m" }]',
      /^sources\.loki\.1\.name: /,
    ],
    [
      'a pattern with lookahead',
      `${MINIMAL}redaction: { rules: [{ name: x, pattern: "(?=a)b" }] }`,
      /^redaction\.rules\.0\.pattern: expected a regular expression in RE2/,
    ],
    [
      'a pattern that matches nothing',
      `${MINIMAL}redaction: { rules: [{ name: x, pattern: "a*" }] }`,
      /^redaction\.rules\.0\.pattern: /,
    ],
    [
      'an unset environment variable',
      `sources:\n  loki: { url: "\${NOWHERE}" }`,
      'sources.loki.url: the environment variable NOWHERE is not set',
    ],
    [
      'an unset secret',
      'sources:\n  loki: { url: "http://l", bearerToken: { env: NOWHERE } }',
      'sources.loki.0.bearerToken.env: the environment variable NOWHERE is not set',
    ],
    [
      'an absent secret file',
      'sources:\n  loki: { url: "http://l", bearerToken: { file: /no/such } }',
      /^sources\.loki\.0\.bearerToken\.file: .* cannot be read \(ENOENT\)$/,
    ],
    [
      'a header that cannot be sent',
      'sources:\n  loki: { url: "http://l", tenant: "a\\nb" }',
      /X-Scope-OrgID holds a character/,
    ],
    ['broken YAML', 'sources: [', /^line 1, column \d+: /],
    [
      'a database of another make',
      `${MINIMAL}database: { url: "mysql://x" }`,
      /^database\.url: expected file:PATH or postgres/,
    ],
  ])('%s is named with its path', (_name, text, expected) => {
    const found = problems(text);
    expect(found).toContainEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it('tells every fault at once', () => {
    expect(
      problems('sources:\n  loki: { url: x }\nserver: { prot: 1, hots: a }').map((line) => line.split(':')[0]),
    ).toEqual(['server.prot', 'server.hots', 'sources.loki.0.url']);
  });

  it('is told apart from a missing file', () => {
    expect(() => loadConfig('/no/such/windsock.yaml')).toThrow(/no such file; copy windsock.sample.yaml/);
  });

  it('names a bad PORT and a bad DATABASE_URL as the environment', () => {
    expect(problems(MINIMAL, { PORT: 'x' })).toEqual(['PORT (environment): expected a port number']);
    expect(problems(MINIMAL, { DATABASE_URL: 'x' })[0]).toMatch(/^DATABASE_URL \(environment\)/);
  });
});

describe('the small forms', () => {
  it.each([
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5d', 129_600_000],
    ['1y', 31_536_000_000],
    ['336h0m0s', 1_209_600_000],
    ['0s', 0],
    ['0', 0],
    ['30', null],
    ['', null],
    ['s', null],
    ['-1s', null],
  ])('duration %s is %s ms', (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  it.each([
    ['20MB', 20_000_000],
    ['1.5GB', 1_500_000_000],
    ['10 kB', 10_000],
    ['20', null],
  ])('size %s is %s bytes', (text, expected) => {
    expect(parseSizeBytes(text)).toBe(expected);
  });

  it('offers no key that is nothing like what was written', () => {
    expect(nearest('banana', ['url', 'timeout'])).toBeNull();
    expect(nearest('timout', ['url', 'timeout'])).toBe('timeout');
  });
});

describe('the default redaction rules', async () => {
  const { RE2JS } = await import('re2js');
  const redact = (line: string) =>
    parse(MINIMAL).redaction.rules.reduce(
      (text, rule) => RE2JS.compile(rule.pattern).matcher(text).replaceAll(rule.replacement),
      line,
    );
  it.each([
    ['mail from ana.b+c@mail.example.com ok', 'mail from [e-mail] ok'],
    ['card 4111 1111 1111 1111.', 'card [card number].'],
    ['amex 371449635398431', 'amex [card number]'],
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [token]'],
    [
      'at 1790000000000000000 ns, trace 4bf92f3577b34da6a3ce929d0e0e4736',
      'at 1790000000000000000 ns, trace 4bf92f3577b34da6a3ce929d0e0e4736',
    ],
  ])('%s', (line, expected) => {
    expect(redact(line)).toBe(expected);
  });
});
