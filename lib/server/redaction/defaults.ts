import 'server-only';

export interface RedactionRule {
  name: string;
  /** RE2 syntax. */
  pattern: string;
  replacement: string;
}

/** What no log line should show, in RE2 syntax; `redaction.defaults: false` in the configuration drops these. */
export const DEFAULT_REDACTION: readonly RedactionRule[] = [
  {
    name: 'e-mail',
    pattern: '[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})*\\.[A-Za-z]{2,24}',
    replacement: '[e-mail]',
  },
  {
    // Only the issuers' prefixes: nanosecond timestamps and ids are long numbers too.
    name: 'card number',
    pattern:
      '\\b(?:4\\d{3}|5[1-5]\\d{2}|2[2-7]\\d{2}|6011|65\\d{2})[ -]?\\d{4}[ -]?\\d{4}[ -]?\\d{1,4}\\b|\\b3[47]\\d{2}[ -]?\\d{6}[ -]?\\d{5}\\b',
    replacement: '[card number]',
  },
  {
    name: 'bearer token',
    pattern: '(?i)\\bbearer\\s+[A-Za-z0-9._~+/-]{8,}=*',
    replacement: 'Bearer [token]',
  },
];
