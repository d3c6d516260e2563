import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripAnsi } from '@/lib/domain/ansi';
import { fieldsOf } from '@/lib/domain/log-fields';
import { redactorOf } from '@/lib/server/redaction/redact';
import { DEFAULT_REDACTION } from '@/lib/server/redaction-defaults';

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
