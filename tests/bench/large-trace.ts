const NS_PER_MS = 1_000_000n;

/** Spans below one call of the root: a chain of steps, each with leaves of its own, as a batch of predictions makes. */
const STEPS = ['queue.wait', 'features.fetch', 'model.infer', 'postprocess', 'response.write'] as const;
const LEAVES = ['redis.get', 'GET /features', 'tensor.copy', 'kernel', 'SELECT embeddings'] as const;
const SERVICES = ['gateway', 'feature-store', 'fraud-detector', 'ranker', 'embedder'] as const;

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const idOf = (place: number): string => base64((place + 1).toString(16).padStart(16, '0'));

interface Placed {
  parent: number;
  name: string;
  service: number;
  fromNs: number;
  toNs: number;
}

/** The spans in the order of their making: call, its five steps, their leaves, then the next call. */
function placeSpans(count: number): Placed[] {
  const callNs = 40_000_000;
  const calls = Math.ceil((count - 1) / 31);
  const spans: Placed[] = [
    { parent: -1, name: 'POST /v1/predict/batch', service: 0, fromNs: 0, toNs: calls * callNs + 1_000_000 },
  ];
  const add = (span: Placed): number => spans.push(span) - 1;
  for (let call = 0; spans.length < count; call += 1) {
    const from = 500_000 + call * callNs;
    const top = add({
      parent: 0,
      name: `predict ${call % 7}`,
      service: call % 5,
      fromNs: from,
      toNs: from + 38_000_000,
    });
    for (let step = 0; step < 5 && spans.length < count; step += 1) {
      const stepFrom = from + 500_000 + step * 7_000_000;
      const within = add({
        parent: top,
        name: STEPS[step] ?? '',
        service: (call + step) % 5,
        fromNs: stepFrom,
        toNs: stepFrom + 6_000_000 + ((call * 7 + step) % 11) * 50_000,
      });
      for (let leaf = 0; leaf < 5 && spans.length < count; leaf += 1) {
        const leafFrom = stepFrom + 200_000 + leaf * 1_100_000;
        const lengthNs = 300_000 + ((call * 13 + leaf * 5) % 17) * 40_000;
        add({
          parent: within,
          name: LEAVES[(leaf + step) % 5] ?? '',
          service: (call + step + leaf) % 5,
          fromNs: leafFrom,
          toNs: leafFrom + lengthNs,
        });
      }
    }
  }
  return spans;
}

/**
 * A trace of `count` spans that began at `startMs`, as Tempo's `/api/v2/traces/{id}` writes it: ids in base64, times as
 * text, five resources, four attributes a span. One span in 997 failed. The same for the same arguments.
 */
export function largeTraceJson(traceId: string, count: number, startMs: number): Buffer {
  const zeroNs = BigInt(startMs) * NS_PER_MS;
  const trace = base64(traceId);
  const byService: string[][] = SERVICES.map(() => []);
  for (const [place, span] of placeSpans(count).entries()) {
    const attributes = [
      `{"key":"request_id","value":{"stringValue":"req-${String(place).padStart(12, '0')}"}}`,
      '{"key":"model_name","value":{"stringValue":"fraud_detector"}}',
      `{"key":"batch.size","value":{"intValue":"${place % 64}"}}`,
      `{"key":"cache.hit_ratio","value":{"doubleValue":${(place % 100) / 100}}}`,
    ].join(',');
    const parent = span.parent < 0 ? '' : `"parentSpanId":"${idOf(span.parent)}",`;
    const status = place % 997 === 996 ? '{"message":"deadline exceeded","code":"STATUS_CODE_ERROR"}' : '{}';
    byService[span.service]?.push(
      `{"traceId":"${trace}","spanId":"${idOf(place)}",${parent}"name":"${span.name}","kind":"SPAN_KIND_INTERNAL",` +
        `"startTimeUnixNano":"${zeroNs + BigInt(span.fromNs)}","endTimeUnixNano":"${zeroNs + BigInt(span.toNs)}",` +
        `"attributes":[${attributes}],"status":${status}}`,
    );
  }
  const batches = byService.map(
    (spans, service) =>
      `{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"${SERVICES[service]}"}}]},` +
      `"scopeSpans":[{"scope":{"name":"bench"},"spans":[${spans.join(',')}]}]}`,
  );
  return Buffer.from(`{"trace":{"resourceSpans":[${batches.join(',')}]},"metrics":{}}`);
}
