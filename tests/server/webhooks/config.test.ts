import { describe, expect, it } from 'vitest';
import { parseConfig } from '@/lib/server/config/parse';
import { ConfigError } from '@/lib/server/config/problems';
import { SECRET } from './endpoint';

const SOURCES = 'sources: { prometheus: { url: "http://p" } }\n';
const parse = (text: string, env: NodeJS.ProcessEnv = { NODE_ENV: 'test', HOOK: SECRET }) =>
  parseConfig(`${SOURCES}${text}`, '/etc/windsock.yaml', env);
const endpoint = (more: string) =>
  `webhooks: { out: [{ name: bot, url: "https://bot/x", secret: { env: HOOK }, ${more} }] }`;

describe('webhooks.out', () => {
  it('has its defaults, and both keys while receivers change over', () => {
    const { webhooks, warnings } = parse(endpoint('previousSecret: { env: HOOK }'));
    expect(webhooks.out).toMatchObject([
      { name: 'bot', url: 'https://bot/x', events: ['*'], timeoutMs: 15_000, allowLinkLocal: false },
    ]);
    expect(webhooks.out[0]?.keys.map(({ length }) => length)).toEqual([24, 24]);
    expect(warnings).toEqual([]);
    expect(parse('').webhooks.out).toEqual([]);
  });

  it.each([
    [
      'a secret that is too short',
      'secret: { env: SHORT }',
      /webhooks\.out\.0\.secret: expected whsec_ and the base64/,
    ],
    [
      'an address of cloud metadata',
      'url: "http://169.254.169.254/x"',
      /webhooks\.out\.0\.url: leads to an address of cloud metadata/,
    ],
    ['a password in its address', 'url: "http://a:b@bot/x"', /webhooks\.out\.0\.url: expected an address/],
    ['a type nobody could mean', 'events: ["Incident!"]', /expected a type such as incident\.declared/],
    ['no type at all', 'events: []', /expected at least one type/],
  ])('refuses %s', (_, line, message) => {
    const keys = new Map([
      ['name', 'name: bot'],
      ['url', 'url: "https://bot/x"'],
      ['secret', 'secret: { env: HOOK }'],
    ]);
    keys.set(line.split(':')[0] ?? '', line);
    const text = `webhooks: { out: [{ ${[...keys.values()].join(', ')} }] }`;
    expect(() => parse(text, { NODE_ENV: 'test', HOOK: SECRET, SHORT: 'whsec_abcd' })).toThrow(message);
  });

  it('refuses two of one name, and a guard that would tell one that is not there', () => {
    const one = '{ name: bot, url: "https://bot/x", secret: { env: HOOK } }';
    expect(() => parse(`webhooks: { out: [${one}, ${one}] }`)).toThrow(/expected another endpoint name than "bot"/);
    const guard = 'models: [{ name: m, policy: { guard: { webhooks: [nobody] } } }]';
    expect(() => parse(guard)).toThrow(ConfigError);
    expect(() => parse(guard)).toThrow(/policy\.guard\.webhooks\.0: webhooks\.out has no endpoint named "nobody"/);
  });
});
