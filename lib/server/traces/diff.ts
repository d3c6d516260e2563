import 'server-only';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type { TraceDiffParams, TraceDiffReport } from '@/lib/contracts/trace-diff';
import type { Why } from '@/lib/contracts/why';
import { formatCount } from '@/lib/domain/format';
import { toNamedSpans } from '@/lib/domain/trace-columns';
import { type TraceProfile, traceDiff, traceProfile, typicalProfile } from '@/lib/domain/trace-diff';
import { boundedDiff, diffAnswer } from '@/lib/domain/trace-diff-answer';
import { whyOf } from '../answer';
import { getConfig } from '../config';
import { AppError } from '../errors';
import { tempoClient } from '../tempo/client';
import { attribute, condition, spanset } from '../tempo/traceql';
import { traceHeader } from './header';
import { type LoadedTrace, loadTrace } from './load';

const NS_PER_MS = 1e6;
/** Traces behind a typical one at most, and within this time of the trace. */
const SAMPLE = 20;
const AROUND_MS = 3_600_000;
const AT_ONCE = 4;
/** Traces of a typical sample are requests: one with more spans is another kind of work. */
const MAX_SAMPLE_SPANS = 20_000;

const profiles = new WeakMap<LoadedTrace, TraceProfile>();

function profileOf(trace: LoadedTrace): TraceProfile {
  let profile = profiles.get(trace);
  if (profile === undefined) {
    profile = traceProfile(toNamedSpans(trace.parsed));
    profiles.set(trace, profile);
  }
  return profile;
}

interface Side {
  profile: TraceProfile;
  title: string;
  traceId: string | null;
  sample: number;
  notes: string[];
  why: Why[];
}

/** This trace against another, or against the typical one of a version, place by place. */
export async function traceDiffReport(
  asked: z.output<typeof TraceDiffParams>,
  signal: AbortSignal,
): Promise<TraceDiffReport> {
  const trace = await loadTrace(asked.traceId, signal);
  const before =
    asked.against === 'typical' ? await typical(trace, asked.version, signal) : await other(asked.against, signal);
  const after = profileOf(trace);
  const diff = traceDiff(before.profile, after);
  const { nodes, rest } = boundedDiff(diff);
  const notes = [...before.notes];
  if (!trace.raw.tree.tops.every((top) => top === trace.raw.root)) {
    notes.push('Compared is what lies below the root; orphans and other tops are not part of it.');
  }
  return {
    answer: diffAnswer(diff, { before: before.profile, after }, before.title),
    before: {
      title: before.title,
      traceId: before.traceId,
      sample: before.sample,
      totalMs: before.profile.totalNs / NS_PER_MS,
    },
    afterMs: after.totalNs / NS_PER_MS,
    deltaMs: diff.deltaNs / NS_PER_MS,
    rows: nodes.map((node) => ({
      key: node.key,
      parentKey: node.parentKey,
      depth: node.depth,
      service: node.service,
      name: node.name,
      presence: node.presence,
      countBefore: node.countBefore,
      countAfter: node.countAfter,
      beforeMs: node.criticalBeforeNs / NS_PER_MS,
      afterMs: node.criticalAfterNs / NS_PER_MS,
      deltaMs: node.deltaNs / NS_PER_MS,
      span: node.firstSpanAfter === null ? null : trace.keyOf(node.firstSpanAfter),
    })),
    rest: rest.places === 0 ? null : { places: rest.places, deltaMs: rest.deltaNs / NS_PER_MS },
    notes,
    why: [...before.why, trace.why('this trace')],
  };
}

async function other(traceId: string, signal: AbortSignal): Promise<Side> {
  const trace = await loadTrace(traceId, signal);
  const { root } = trace.raw;
  const name = trace.parsed.names[trace.parsed.name[root] ?? -1] ?? '';
  return {
    profile: profileOf(trace),
    title: `${name === '' ? 'trace' : name.slice(0, 200)} ${trace.traceId.slice(0, 8)}`,
    traceId: trace.traceId,
    sample: 1,
    notes: trace.incomplete.map((text) => `The other trace: ${text}`),
    why: [trace.why('the other trace')],
  };
}

/** Median of recent traces of the same kind: the same root name and model, and the version asked for. */
async function typical(trace: LoadedTrace, version: string | undefined, signal: AbortSignal): Promise<Side> {
  const header = traceHeader(trace, 'raw');
  const wanted = version ?? header.version;
  const renamed = getConfig().signals.spanAttributes;
  const field = (name: string) => attribute('any', renamed[name] ?? name);
  const query = spanset([
    condition('name', '=', header.root.name),
    header.root.service === '' ? null : condition('resource.service.name', '=', header.root.service),
    header.model === null ? null : condition(field('model_name'), '=', header.model),
    wanted === null ? null : condition(field('model_version'), '=', wanted),
  ]);
  const range = { startMs: trace.startMs - AROUND_MS, endMs: trace.startMs + AROUND_MS };
  const found = await tempoClient(trace.source).search(
    query,
    { ...range, limit: SAMPLE + 1, spansPerTrace: 1, mostRecent: true },
    signal,
  );
  const hits = found.value.filter(({ traceId }) => traceId !== trace.traceId).slice(0, SAMPLE);
  const limit = pLimit(AT_ONCE);
  const sample = await Promise.all(
    hits.map(({ traceId }) =>
      limit(async () => {
        try {
          return await loadTrace(traceId, signal);
        } catch (error) {
          // One trace of a sample may be gone by now; the sample's size says how many were read.
          if (signal.aborted || !(error instanceof AppError)) throw error;
          return null;
        }
      }),
    ),
  );
  const read = sample.filter((one): one is LoadedTrace => one !== null && one.parsed.count <= MAX_SAMPLE_SPANS);
  const of = wanted === null ? header.root.name.slice(0, 200) : wanted;
  if (read.length === 0) {
    throw new AppError(
      'not_found',
      `${trace.source.name} has no other trace like this one${wanted === null ? '' : ` of version ${wanted}`} within an hour of it: there is nothing typical to compare with. Try another version or a trace id.`,
      { source: trace.source.name },
    );
  }
  const notes = [
    `Typical: at each place the median over ${formatCount(read.length)} traces within an hour of this one. Medians do not add up to the median duration; the total is the sum of the parts.`,
  ];
  if (read.length < 5) notes.push(`${formatCount(read.length)} traces are few: what is typical of them may be chance.`);
  return {
    profile: typicalProfile(read.map(profileOf)),
    title: `typical of ${of}`,
    traceId: null,
    sample: read.length,
    notes,
    why: [whyOf(found, 'the sample behind the typical trace')],
  };
}
