/** Samples into a running Prometheus by remote write: recent ones, which blocks made by promtool must not hold. */

export interface WrittenSeries {
  labels: Readonly<Record<string, string>>;
  timesMs: ArrayLike<number>;
  values: ArrayLike<number>;
  /** One per instant, instead of the values. */
  histograms?: readonly WrittenHistogram[];
}

/** A native histogram: whole counts of bucket `index`, from 2^((index − 1)/2^schema) to 2^(index/2^schema). */
export interface WrittenHistogram {
  schema: number;
  counts: ReadonlyMap<number, number>;
  sum: number;
}

/** Samples of all series go in slices of this length, so that none is older than the head lets in. */
const SLICE_MS = 30 * 60_000;

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A length-delimited field of protobuf. */
const field = (number: number, body: Buffer): Buffer =>
  Buffer.concat([varint((number << 3) | 2), varint(body.length), body]);

function double(number: number, value: number): Buffer {
  const written = Buffer.alloc(9);
  written[0] = (number << 3) | 1;
  written.writeDoubleLE(value, 1);
  return written;
}
const whole = (number: number, value: number): Buffer => Buffer.concat([varint(number << 3), varint(value)]);
/** A signed whole number, small in both directions. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

const sample = (value: number, timeMs: number): Buffer =>
  Buffer.concat([double(1, value), whole(2, Math.round(timeMs))]);

/** As of remote.proto: spans of neighbouring buckets, and how each bucket's count differs from the one before. */
function histogram({ schema, counts, sum }: WrittenHistogram, timeMs: number): Buffer {
  const filled = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const spans: { offset: number; length: number }[] = [];
  const deltas: Buffer[] = [];
  let [nextIndex, before] = [0, 0];
  for (const [index, count] of filled) {
    const last = spans.at(-1);
    if (last === undefined || index !== nextIndex) spans.push({ offset: index - nextIndex, length: 1 });
    else last.length += 1;
    deltas.push(varint(zigzag(count - before)));
    [nextIndex, before] = [index + 1, count];
  }
  return Buffer.concat([
    whole(
      1,
      filled.reduce((all, [, count]) => all + count, 0),
    ),
    double(3, sum),
    whole(4, zigzag(schema)),
    double(5, 1e-128),
    whole(6, 0),
    ...spans.map(({ offset, length }) => field(11, Buffer.concat([whole(1, zigzag(offset)), whole(2, length)]))),
    field(12, Buffer.concat(deltas)),
    whole(15, Math.round(timeMs)),
  ]);
}

function timeSeries({ labels, timesMs, values, histograms }: WrittenSeries, fromMs: number, toMs: number): Buffer {
  const names = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = names.map(([name, value]) =>
    field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
  );
  for (let at = 0; at < timesMs.length; at += 1) {
    const timeMs = timesMs[at] ?? 0;
    if (timeMs < fromMs || timeMs >= toMs) continue;
    const told = histograms?.[at];
    parts.push(told === undefined ? field(2, sample(values[at] ?? 0, timeMs)) : field(4, histogram(told, timeMs)));
  }
  return parts.length === names.length ? Buffer.alloc(0) : field(1, Buffer.concat(parts));
}

/** Snappy's block format with literals alone: nothing is compressed, everything is valid. */
function snappy(body: Buffer): Buffer {
  const parts = [varint(body.length)];
  for (let at = 0; at < body.length; at += 65_536) {
    const chunk = body.subarray(at, at + 65_536);
    const head = Buffer.alloc(3);
    head[0] = 61 << 2;
    head.writeUInt16LE(chunk.length - 1, 1);
    parts.push(head, chunk);
  }
  return Buffer.concat(parts);
}

/** Writes series, oldest samples first, to a Prometheus started with `--web.enable-remote-write-receiver`. */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const times = series.flatMap(({ timesMs }) =>
    timesMs.length === 0 ? [] : [timesMs[0] ?? 0, timesMs[timesMs.length - 1] ?? 0],
  );
  const [first, last] = [Math.min(...times), Math.max(...times)];
  for (let fromMs = first; fromMs <= last; fromMs += SLICE_MS) {
    const body = Buffer.concat(series.map((one) => timeSeries(one, fromMs, fromMs + SLICE_MS)));
    if (body.length === 0) continue;
    const response = await fetch(`${url}/api/v1/write`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: new Uint8Array(snappy(body)),
    });
    if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
  }
}
