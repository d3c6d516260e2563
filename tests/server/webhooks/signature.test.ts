import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { keyOf, signatureHeader } from '@/lib/server/webhooks/signature';
import { SECRET } from './endpoint';

const key = (secret: string): Buffer => {
  const bytes = keyOf(secret);
  if (bytes === null) throw new Error('no secret');
  return bytes;
};

describe('a signature', () => {
  it('is the one that the specification publishes', () => {
    // libraries/javascript/src/index.test.ts of github.com/standard-webhooks/standard-webhooks: "sign function works".
    const header = signatureHeader([key(SECRET)], {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1_614_265_330,
      body: '{"test": 2432232314}',
    });
    expect(header).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it("is accepted by the specification's own library, whatever the body, and by the old secret too while both sign", () => {
    const old = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const body = JSON.stringify(value);
        const timestampS = Math.floor(Date.now() / 1000);
        const headers = {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signatureHeader([key(SECRET), key(old)], { id: 'msg_1', timestampS, body }),
        };
        for (const secret of [SECRET, old]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
        expect(() => new Webhook(`whsec_${Buffer.alloc(24, 9).toString('base64')}`).verify(body, headers)).toThrow();
        expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
      }),
      { numRuns: 50 },
    );
  });
});

describe('a secret', () => {
  it.each([
    ['with its prefix', SECRET, 24],
    ['without it', SECRET.slice(6), 24],
    ['of 64 bytes', `whsec_${Buffer.alloc(64).toString('base64')}`, 64],
  ])('%s gives its key', (_, secret, bytes) => {
    expect(keyOf(secret)).toHaveLength(bytes);
  });

  it.each([
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['no base64', 'whsec_not base64 at all, but quite long'],
    ['empty', ''],
  ])('that is %s is refused', (_, secret) => {
    expect(keyOf(secret)).toBeNull();
  });
});
