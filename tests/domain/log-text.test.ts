import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ansiRuns, hasAnsi, stripAnsi } from '@/lib/domain/ansi';
import { fieldName, fieldsOf, idsOf, summarise } from '@/lib/domain/log-fields';
import { isFailure, LEVELS, levelOf, spellingsOf, toLevel } from '@/lib/domain/log-level';
import { ANY, patternOf, patternsOf } from '@/lib/domain/log-patterns';

const ESC = '\u001b';

describe('terminal colours', () => {
  it('become runs of one style', () => {
    expect(ansiRuns(`${ESC}[32mDEBUG${ESC}[0m ${ESC}[1;31mgateway${ESC}[0m ok`)).toEqual([
      { text: 'DEBUG', colour: 'green', bold: false, dim: false, italic: false, underline: false },
      { text: ' ', colour: null, bold: false, dim: false, italic: false, underline: false },
      { text: 'gateway', colour: 'red', bold: true, dim: false, italic: false, underline: false },
      { text: ' ok', colour: null, bold: false, dim: false, italic: false, underline: false },
    ]);
  });

  it('of 256 and true colour do not leave their parameters behind as codes', () => {
    const [run] = ansiRuns(`${ESC}[38;5;1;4mtext`);
    expect(run).toMatchObject({ text: 'text', underline: true, bold: false });
    expect(ansiRuns(`${ESC}[38;2;1;31;4mtext`)[0]).toMatchObject({ colour: null, bold: false, underline: false });
  });

  it('are all that a terminal would obey: titles, links and cursor moves go', () => {
    expect(stripAnsi(`a${ESC}]0;title\u0007b${ESC}[2Jc${ESC}]8;;http://x${ESC}\\d\u0000e`)).toBe('abcde');
    expect(stripAnsi('tab\tand\nline')).toBe('tab\tand\nline');
  });

  it('LAW the runs together are the stripped text, and nothing a terminal obeys is left', () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom(`${ESC}[31m`, `${ESC}[0m`, ESC, `${ESC}]8;;`, '\u009b1m', '['),
      ),
    );
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('');
        const stripped = stripAnsi(text);
        expect(
          ansiRuns(text)
            .map((run) => run.text)
            .join(''),
        ).toBe(stripped);
        expect(hasAnsi(stripped)).toBe(false);
      }),
    );
  });
});

describe('fields of a line', () => {
  it('of JSON are its leaves, named as Loki names them, without lists and nulls', () => {
    expect(fieldsOf('{"a":{"b-c":1,"d":[1,2],"e":null},"1x":"v","ok":true}')).toEqual({
      format: 'json',
      fields: [
        ['a_b_c', '1'],
        ['_1x', 'v'],
        ['ok', 'true'],
      ],
    });
  });

  it('of logfmt are its pairs, quotes undone', () => {
    expect(fieldsOf('level=warn msg="said \\"no\\"" took=12ms')).toEqual({
      format: 'logfmt',
      fields: [
        ['level', 'warn'],
        ['msg', 'said "no"'],
        ['took', '12ms'],
      ],
    });
  });

  it('are none for prose, broken JSON and a list', () => {
    for (const line of ['all is well, a=b they said to us', '{"a":', '[1,2]', '', '"text"']) {
      expect(fieldsOf(line)).toEqual({ format: 'text', fields: [] });
    }
  });

  it('nest as deep as telemetry likes', () => {
    const deep = `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`;
    expect(fieldsOf(deep).fields).toHaveLength(1);
  });

  it('LAW names are names of the language', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        expect(fieldName(name)).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
      }),
    );
  });

  it('are summed up as what the line says, failures first, ids last', () => {
    expect(
      summarise([
        ['ts', 'x'],
        ['trace_id', 't'],
        ['event', 'failed'],
        ['status', 'error'],
        ['error', 'Timeout'],
      ]),
    ).toEqual({
      message: 'failed',
      rest: [
        ['error', 'Timeout'],
        ['status', 'error'],
        ['trace_id', 't'],
      ],
    });
  });

  it('hold ids only where they are ids', () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(idsOf([{}, { traceID: trace.toUpperCase(), request_id: 'req-1' }])).toEqual({
      traceId: trace,
      requestId: 'req-1',
    });
    expect(idsOf([{ trace_id: 'none' }])).toEqual({ traceId: null, requestId: null });
    expect(idsOf([{ trace_id: '0'.repeat(32) }]).traceId).toBeNull();
  });
});

describe('the level of a line', () => {
  it('is read from labels before fields before words', () => {
    expect(levelOf([{ level: 'WARNING' }, { level: 'error' }], 'INFO')).toBe('warn');
    expect(levelOf([{}, { detected_level: 'fatal' }], '')).toBe('critical');
    expect(levelOf([{}], '{"ts":1,"level":"ERROR"}')).toBe('error');
    expect(levelOf([{}], '2026-01-01 [WARN] slow')).toBe('warn');
    expect(levelOf([{}], 'no errors were found')).toBe('unknown');
  });

  it('has spellings that all mean it', () => {
    for (const level of LEVELS) for (const spelling of spellingsOf(level)) expect(toLevel(spelling)).toBe(level);
    expect(LEVELS.filter(isFailure)).toEqual(['critical', 'error']);
  });
});

describe('patterns of loaded lines', () => {
  it('take what varies out of words, and keep JSON by what it says', () => {
    expect(patternOf('took 12ms for user 4bf92f35aa at 10.0.0.1')).toBe(`took ${ANY} for user ${ANY} at ${ANY}`);
    const line = (id: number) => JSON.stringify({ event: 'failed', error: `Timeout after ${id}ms`, id: `req-${id}` });
    expect(patternOf(line(200))).toBe(patternOf(line(1)));
    expect(patternOf(line(200))).toBe(`failed · Timeout after ${ANY}`);
  });

  it('are counted, the most frequent first', () => {
    const lines = ['a 1', 'b', 'a 2'].map((line) => ({ line, level: 'info' }));
    expect(patternsOf(lines)).toEqual([
      { pattern: `a ${ANY}`, count: 2, level: 'info' },
      { pattern: 'b', count: 1, level: 'info' },
    ]);
  });
});
