import { createHash } from 'node:crypto';
import { ErrorBody } from '@/lib/contracts/error';

/** The people of the demo's past incident; each writes with a token of windsock.demo.yaml. */
const CAST = ['ana', 'bo', 'chris', 'dee'] as const;
export type Person = (typeof CAST)[number];

/** What somebody reads an answer with: the contract's own schema. */
interface Schema<T> {
  parse(value: unknown): T;
}

/** The console's API, as its people and its senders of alerts use it. */
export interface DemoConsole {
  get<T>(schema: Schema<T>, path: string, params?: Readonly<Record<string, string | number>>): Promise<T>;
  /** A write in somebody's name. */
  send<T>(schema: Schema<T>, by: Person, method: 'POST' | 'PATCH', path: string, body: object): Promise<T>;
  /** Alerts, as Alertmanager delivers them. */
  deliver(alerts: readonly object[]): Promise<void>;
}

/** The secret of a name: what `npm run demo` made for this start, else what windsock.demo.yaml falls back to. */
const secretOf = (name: string): string => process.env[`DEMO_${name.toUpperCase()}`] ?? `${name}-of-the-demo-alone`;

/** Speaks to the console at `url`. A refusal is thrown in the console's own words. */
export function demoConsole(url: string, fetch_: typeof fetch = fetch): DemoConsole {
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch_(`${url}/api/${path}`, { ...init, signal: AbortSignal.timeout(60_000) });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return body;
    const told = ErrorBody.safeParse(body);
    throw new Error(
      `${path.split('?')[0]} answered ${response.status}: ${told.data?.error.message ?? 'no reason given'}`,
    );
  };
  const written = (name: string, body: object): RequestInit => ({
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secretOf(name)}` },
    body: JSON.stringify(body),
  });
  return {
    get: async (schema, path, params = {}) => {
      const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]));
      return schema.parse(await ask(`${path}?${query}`));
    },
    send: async (schema, by, method, path, body) => schema.parse(await ask(path, { method, ...written(by, body) })),
    deliver: async (alerts) => {
      const message = {
        version: '4',
        groupKey: '{}',
        status: 'firing',
        receiver: 'windsock',
        truncatedAlerts: 0,
        alerts,
      };
      await ask('webhooks/alertmanager', { method: 'POST', ...written('alerts', message) });
    },
  };
}

/** A UUID that is the same for the same words: what was written already is not written twice. */
export function idOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(words.join('\n')).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
