import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorBody } from '@/lib/contracts/error';
import { ERROR_CODES, readErrorBody } from '@/lib/contracts/error-body';

/** Bodies near the contract: each part right, absent, or something else. */
const error = fc.record(
  {
    code: fc.oneof(fc.constantFrom<string>(...ERROR_CODES), fc.string()),
    message: fc.oneof(fc.string(), fc.integer()),
    source: fc.oneof(fc.string(), fc.constant(null)),
    fields: fc.oneof(fc.dictionary(fc.string(), fc.string()), fc.array(fc.string()), fc.constant({ a: 1 })),
    position: fc.oneof(fc.record({ line: fc.nat(), column: fc.nat() }), fc.constant({ line: 1 }), fc.constant('1:2')),
  },
  { requiredKeys: [] },
);

describe('an error body', () => {
  it('is read in the browser as its schema reads it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.record({ error }), error, fc.jsonValue()), (body) => {
        const wire: unknown = JSON.parse(JSON.stringify(body));
        const parsed = ErrorBody.safeParse(wire);
        expect(readErrorBody(wire)).toEqual(parsed.success ? parsed.data.error : null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps what a form and an editor need', () => {
    const body = {
      code: 'bad_request' as const,
      message: 'No.',
      source: 'Loki',
      fields: { q: 'LogQL' },
      position: { line: 1, column: 4 },
    };
    expect(readErrorBody({ error: { ...body, stack: 'secret' } })).toEqual(body);
  });
});
