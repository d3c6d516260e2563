import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripAnsi } from '@/lib/domain/ansi';
import { fieldsOf } from '@/lib/domain/log-fields';
import { DEFAULT_REDACTION } from '@/lib/server/redaction/defaults';
import { redactorOf } from '@/lib/server/redaction/redact';
import { redactTraceJson } from '@/lib/server/redaction/redact-trace';

const { text, labels } = redactorOf(DEFAULT_REDACTION);

const names = fc.stringMatching(/^[a-z][a-z0-9.+_-]{0,20}[a-z0-9]$/);
const address = fc
  .tuple(names, fc.stringMatching(/^[a-z][a-z0-9]{1,12}$/), fc.constantFrom('com', 'org', 'co.uk', 'museum'))
  .map(([name, host, end]) => `${name}@${host}.${end}`);
/** Text around it that an address does not run into. */
const around = fc.stringMatching(/^[ a-z{}":,<>|]{0,20}[ ":,<>|]$/);

describe('redaction by the defaults', () => {
  it('LAW no address is left, wherever in a line it stands', () => {
    fc.assert(
      fc.property(around, address, around, (before, mail, after) => {
        const redacted = text(`${before}${mail} ${after}`);
        expect(redacted).not.toContain(mail);
        expect(redacted).toContain('[e-mail]');
      }),
    );
  });

  it('LAW no address is left in any field of a JSON line, however its characters are written', () => {
    const spelled = (mail: string, every: number) =>
      [...mail]
        .map((char, i) =>
          i % every === 0 || char === '@' ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char,
        )
        .join('');
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 5 }), (mail, every) => {
        const line = `{"a":{"client":"${spelled(mail, every)}"},"n":1}`;
        const { fields } = fieldsOf(text(line));
        expect(fields).toContainEqual(['a_client', '[e-mail]']);
        // Cut in the middle it is JSON no more.
        expect(text(line.slice(0, -6))).toContain('[e-mail]');
      }),
    );
  });

  it('LAW colours within an address hide nothing', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 4 }), (mail, at) => {
        const coloured = `by ${mail.slice(0, at)}\u001b[31m${mail.slice(at)}\u001b[0m`;
        expect(stripAnsi(text(coloured))).toBe('by [e-mail]');
      }),
    );
  });

  it('LAW twice is once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), address, fc.constant('Bearer abcdefghijkl')), { maxLength: 6 }),
        (parts) => {
          const once = text(parts.join(' '));
          expect(text(once)).toBe(once);
        },
      ),
    );
  });

  it('knows cards and tokens, and leaves ids, times and versions alone', () => {
    expect(text('card 4111 1111 1111 1111 ok')).toBe('card [card number] ok');
    expect(text('Authorization: bearer eyJhbGciOi.abc')).toBe('Authorization: Bearer [token]');
    for (const kept of [
      '1795243825711000000',
      'trace 4bf92f3577b34da6a3ce929d0e0e4736',
      'v2.4.0 @ 10:00',
      '"\\u003cscript\\u003e"',
    ]) {
      expect(text(kept)).toBe(kept);
    }
  });

  it('keeps the names of labels and redacts their values', () => {
    const own = { client: 'jane@example.com', level: 'info' };
    expect(labels(own)).toEqual({ client: '[e-mail]', level: 'info' });
    const clean = { level: 'info' };
    expect(labels(clean)).toBe(clean);
  });
});

describe('rules of the configuration', () => {
  it('are RE2, and their replacements letters', () => {
    const own = redactorOf([
      { name: 'iban', pattern: '\\b[A-Z]{2}\\d{2}[A-Z0-9]{11,30}\\b', replacement: '$1 $& [iban]' },
    ]);
    expect(own.text('to DE89370400440532013000 today')).toBe('to $1 $& [iban] today');
    expect(() => redactorOf([{ name: 'x', pattern: '(?=a)', replacement: '' }])).toThrow();
  });

  it('stay linear on a line made to be slow', () => {
    const own = redactorOf([{ name: 'x', pattern: '(a+)+$', replacement: '' }]);
    const startMs = performance.now();
    own.text(`${'a'.repeat(30_000)}!`);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('may be none', () => {
    expect(redactorOf([]).text('jane@example.com')).toBe('jane@example.com');
  });
});

describe('the JSON of a trace', () => {
  const redactor = redactorOf([
    ...DEFAULT_REDACTION,
    { name: 'number', pattern: '\\b77777777\\d*\\b', replacement: '[number]' },
  ]);
  const redacted = (json: string, end?: number) => [...redactTraceJson(json, end, redactor)].join('');

  const said = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    address,
    fc.constantFrom('":"', '\\', ':', '{"a":"'),
  );
  const value = fc.oneof(
    said.map((stringValue) => ({ stringValue })),
    said.map((text) => ({ arrayValue: { values: [{ stringValue: text }] } })),
    fc.tuple(said, said).map(([key, text]) => ({ kvlistValue: { values: [{ key, value: { stringValue: text } }] } })),
    fc.integer().map((intValue) => ({ intValue: String(intValue) })),
  );
  const attributes = fc.array(fc.record({ key: said, value }), { maxLength: 4 });
  const span = fc.record({
    spanId: fc.stringMatching(/^[0-9a-f]{16}$/),
    startTimeUnixNano: fc.stringMatching(/^[1-9]\d{18}$/),
    name: said,
    attributes,
    events: fc.array(fc.record({ name: said, attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.constant('STATUS_CODE_ERROR'), message: said }),
  });

  /** The same by building the tree. */
  const whole = (node: unknown): unknown =>
    typeof node === 'string'
      ? redactor.text(node)
      : Array.isArray(node)
        ? node.map(whole)
        : typeof node === 'object' && node !== null
          ? Object.fromEntries(Object.entries(node).map(([key, item]) => [key, whole(item)]))
          : node;

  it('LAW is redacted as its tree would be, and stays as it is written where nothing matches', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), fc.constantFrom(undefined, 2), (spans, indent) => {
        const json = JSON.stringify({ batches: [{ scopeSpans: [{ spans }] }] }, null, indent);
        const out = redacted(json);
        expect(JSON.parse(out)).toEqual(whole(JSON.parse(json)));
        if (JSON.stringify(whole(JSON.parse(json)), null, indent) === json) expect(out).toBe(json);
      }),
    );
  });

  it('keeps ids and times that look like numbers to hide, and makes a hidden number a text', () => {
    const attribute = (intValue: string | number) => ({ key: 'account', value: { intValue } });
    const json = JSON.stringify({
      spanId: '7777777712345678',
      startTimeUnixNano: '7777777712345678000',
      attributes: [attribute('7777777712345678'), attribute(7777777712345678), attribute(7)],
    });
    expect(JSON.parse(redacted(json))).toEqual({
      spanId: '7777777712345678',
      startTimeUnixNano: '7777777712345678000',
      attributes: [
        { key: 'account', value: { stringValue: '[number]' } },
        { key: 'account', value: { stringValue: '[number]' } },
        attribute(7),
      ],
    });
    expect(redacted('{"spanId":"jane@example.com"}')).toBe('{"spanId":"[e-mail]"}');
  });

  it('comes in pieces, of which none tears a value apart', () => {
    const spans = Array.from({ length: 3_000 }, (_, i) => ({
      name: `mail to jane${i}@example.com`,
      intValue: `77777777${i}`,
    }));
    const json = JSON.stringify({ spans });
    const pieces = [...redactTraceJson(json, json.length, redactor)];
    expect(pieces.length).toBeGreaterThan(1);
    expect(JSON.parse(pieces.join('')).spans[2_999]).toEqual({ name: 'mail to [e-mail]', stringValue: '[number]' });
  });
});
