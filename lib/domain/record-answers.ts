import type { AnswerText } from '@/lib/contracts/answer';
import type { AuditVerification } from '@/lib/contracts/audit';
import type { WebhookEndpointReport } from '@/lib/contracts/webhook';

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** The sentence of Settings, Webhooks: what was given up, what waits, else that all arrived. */
export function webhooksAnswer(endpoints: readonly WebhookEndpointReport[]): AnswerText {
  const sum = (pick: (endpoint: WebhookEndpointReport) => number) =>
    endpoints.reduce((all, each) => all + pick(each), 0);
  const [dead, pending, delivered] = [
    sum((each) => each.dead),
    sum((each) => each.pending),
    sum((each) => each.delivered),
  ];
  if (endpoints.length === 0) {
    const text =
      'No endpoint is configured. Name one under webhooks.out in windsock.yaml to tell other tools what happens.';
    return [{ status: 'unknown', parts: [{ text, tone: 'value' }] }];
  }
  const sentences: AnswerText = [];
  if (dead > 0) {
    const names = endpoints.filter((each) => each.dead > 0).map(({ name }) => name);
    sentences.push({
      status: 'bad',
      parts: [
        { text: count(dead, 'message was given up', 'messages were given up'), tone: 'bad' },
        {
          text: ` for ${names.join(', ')}. Open ${dead === 1 ? 'it' : 'one'} to see why and to send it again.`,
          tone: 'value',
        },
      ],
    });
  }
  if (pending > 0) {
    const text = `${count(pending, 'message waits', 'messages wait')} for the next attempt.`;
    sentences.push({ status: 'watch', parts: [{ text, tone: 'value' }] });
  }
  if (dead === 0 && pending === 0) {
    const text = delivered === 0 ? 'Nothing was sent yet.' : `All ${count(delivered, 'message', 'messages')} arrived.`;
    sentences.push({ status: 'ok', parts: [{ text, tone: 'value' }] });
  }
  return sentences;
}

/** The sentence of Settings, Audit: whether the chain holds, and how far it is vouched for from outside. */
export function auditAnswer({ state, broken, entries, erased, checkpoints }: AuditVerification): AnswerText {
  if (state === 'broken') {
    return [
      {
        status: 'bad',
        parts: [
          { text: 'The audit does not hold. ', tone: 'bad' },
          { text: broken?.reason ?? '', tone: 'value' },
        ],
      },
    ];
  }
  const lost = erased === 0 ? '' : ` ${count(erased, 'entry', 'entries')} lost personal values on request.`;
  const { newest } = checkpoints;
  return [
    {
      status: 'ok',
      parts: [
        {
          text: `The audit holds: ${count(entries, 'entry', 'entries')}, none altered, dropped or moved.`,
          tone: 'value',
        },
        { text: lost, tone: 'muted' },
      ],
    },
    newest === null
      ? {
          status: 'unknown',
          parts: [{ text: 'There is no checkpoint yet: a chain written anew would not be seen.', tone: 'value' }],
        }
      : {
          status: 'ok',
          parts: [
            { text: `Checkpoints outside the database vouch for it up to entry ${newest.sequence}.`, tone: 'muted' },
          ],
        },
  ];
}
