import type { ReadinessRemedy } from '@/lib/contracts/readiness';

/** Text as YAML that reads it back letter for letter: JSON is YAML. */
const yaml = (text: string): string => JSON.stringify(text.toWellFormed());

const remedy = (text: string, snippet: NonNullable<ReadinessRemedy['snippet']> | null = null): ReadinessRemedy => ({
  text,
  snippet,
});

/** Python's own logging, without a package to install. */
export const structuredLogs = (): ReadinessRemedy =>
  remedy('Log one JSON object a line. What a library prints as text goes through the same handler.', {
    language: 'python',
    code: `import json, logging, sys, datetime

class JsonLines(logging.Formatter):
    def format(self, record):
        line = {
            "ts": datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc).isoformat(),
            "level": record.levelname,
            "service": "SERVICE",
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)

handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(JsonLines())
logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)`,
  });

/** Field names are the defaults of signals.logFields, so that what is copied is found. */
export const requestFields = (): ReadinessRemedy =>
  remedy(
    'Write model_name and model_version into every request line, failed ones too. Where your fields are called otherwise, name them under signals.logFields in windsock.yaml.',
    {
      language: 'python',
      code: `log.info("prediction_completed", extra={"fields": {
    "model_name": model.name,
    "model_version": model.version,
    "request_id": request_id,
    "status": "ok",
    "latency_ms": round((time.perf_counter() - started) * 1000),
}})`,
    },
  );

/** For a service with an OpenTelemetry tracer: an id that is not valid is null, never 32 zeros. */
export const requestIds = (): ReadinessRemedy =>
  remedy('Take the request id from its header or make one, and the trace id from the span that is open.', {
    language: 'python',
    code: `from opentelemetry import trace

request_id = request.headers.get("x-request-id") or f"req-{uuid.uuid4().hex[:12]}"
context = trace.get_current_span().get_span_context()
fields = {
    "request_id": request_id,
    "trace_id": format(context.trace_id, "032x") if context.is_valid else None,
    "span_id": format(context.span_id, "016x") if context.is_valid else None,
}`,
  });

/**
 * A processor of the OpenTelemetry Collector. `slowMs` in milliseconds, from where every trace is kept; null: not
 * known, and then 500.
 */
export const tailSampling = (slowMs: number | null): ReadinessRemedy =>
  remedy(
    'Sample at the tail: keep every trace that failed or was slow, and a share of the rest. A head rate in the service drops errors before anybody knows they are errors: set its sampler to always on.',
    {
      language: 'yaml',
      code: `processors:
  tail_sampling:
    decision_wait: 10s
    policies:
      - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
      - { name: slow, type: latency, latency: { threshold_ms: ${Math.round(slowMs ?? 500)} } }
      - { name: rest, type: probabilistic, probabilistic: { sampling_percentage: 10 } }
service:
  pipelines:
    traces: { receivers: [otlp], processors: [tail_sampling, batch], exporters: [otlp] }`,
    },
  );

/** Both ends of a call, since the check cannot tell which of them drops the header. */
export const propagation = (): ReadinessRemedy =>
  remedy(
    'Pass the W3C header traceparent on with every call, and read it where a request arrives. A proxy in between must not drop it.',
    {
      language: 'python',
      code: `# The service that is called: continue the trace of the caller.
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
FastAPIInstrumentor.instrument_app(app)

# The service that calls: send the header along.
from opentelemetry.propagate import inject
headers = {}
inject(headers)
httpx.post(url, json=body, headers=headers)`,
    },
  );

/** Bounds in seconds, as the client libraries name durations. */
export const histogram = (metric: string): ReadinessRemedy =>
  remedy('Observe durations in a histogram, with bounds where you promise something.', {
    language: 'python',
    code: `from prometheus_client import Histogram

durations = Histogram(
    ${JSON.stringify(metric)},
    "How long it took.",
    ["model_name", "model_version"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)`,
  });

/**
 * Bounds there are and bounds that objectives lack, both in the unit of the metric; each is written once, ascending.
 */
export const bucketAt = (metric: string, bounds: readonly number[], missing: readonly number[]): ReadinessRemedy =>
  remedy(
    'Add the bound to the buckets, or move the objective to a bound there is. Between two bounds the share of slow requests is a guess.',
    {
      language: 'python',
      code: `Histogram(${JSON.stringify(metric)}, "…", ["model_name", "model_version"],
    buckets=(${[...new Set([...bounds, ...missing])].sort((a, b) => a - b).join(', ')}))`,
    },
  );

/** An objective to begin with, not one that was measured: the numbers are for the team to change. */
export const latencyObjective = (model: string): ReadinessRemedy =>
  remedy('Say what is promised, so that the buckets can be held to it.', {
    language: 'yaml',
    code: `models:
  - name: ${yaml(model)}
    slos:
      - { kind: latency, objective: 99%, threshold: 500ms, window: 30d }`,
  });

/** `isOff`: Prometheus stores none, whatever the services send. */
export const exemplars = (isOff: boolean): ReadinessRemedy =>
  remedy(
    isOff
      ? 'Start Prometheus with exemplar storage, and send exemplars with each observation.'
      : 'Send the trace id with each observation, and expose OpenMetrics: the classic text format has no exemplars.',
    isOff
      ? { language: 'yaml', code: 'args: ["--enable-feature=exemplar-storage"]' }
      : {
          language: 'python',
          code: `durations.labels(model.name, model.version).observe(
    seconds, exemplar={"trace_id": format(context.trace_id, "032x")})`,
        },
  );

/** The name comes from telemetry: it is quoted as a regular expression that matches it alone. */
export const dropLabel = (label: string): ReadinessRemedy =>
  remedy(
    'Take the label off where it is made: a value for each user or request belongs into logs and traces. Until then drop it while scraping; series that differ in nothing else must then be summed in the service.',
    {
      language: 'yaml',
      code: `scrape_configs:
  - job_name: JOB
    metric_relabel_configs:
      - { action: labeldrop, regex: ${yaml(label.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'))} }`,
    },
  );

/** Which instances the series come from: a question to ask, since only a person knows which label is wanted. */
export const fewerSeries = (metric: string): ReadinessRemedy =>
  remedy('Look at which of its labels multiply, and drop or round the one that nobody asks by.', {
    language: 'promql',
    code: `topk(10, count by (instance) ({__name__=${JSON.stringify(metric.toWellFormed())}}))`,
  });

/** The first three alerts without a runbook, each with an address to replace. */
export const runbookFor = (alerts: readonly string[]): ReadinessRemedy =>
  remedy('Write what to do first, and link it. Whoever is woken reads it before anything else.', {
    language: 'yaml',
    code: `groups:
  - name: …
    rules:
${alerts
  .slice(0, 3)
  .map(
    (alert) => `      - alert: ${yaml(alert)}
        annotations:
          runbook_url: ${yaml(`https://runbooks.example.com/${encodeURIComponent(alert.toWellFormed())}`)}`,
  )
  .join('\n')}`,
  });

/** Pauses to begin with; a budget's alert is the better remedy. */
export const quieter = (): ReadinessRemedy =>
  remedy(
    'Alert on budgets instead of single values (the SLOs page writes those rules), or let it hold longer before it fires and before it ends.',
    { language: 'yaml', code: 'for: 10m\nkeep_firing_for: 15m' },
  );

/** A rule for the next time; `job` is quoted as it was scraped. */
export const deadTarget = (job: string): ReadinessRemedy =>
  remedy('Bring it back, or take it out of the scrape configuration; and be told when it happens again.', {
    language: 'yaml',
    code: `- alert: TargetDown
  expr: up{job=${yaml(job)}} == 0
  for: 5m
  labels: { severity: critical }
  annotations: { runbook_url: "https://runbooks.example.com/target-down" }`,
  });

/** An objective that tells when labels stop; a day is where most feeds begin. */
export const freshLabels = (model: string): ReadinessRemedy =>
  remedy(
    'Look at the feed of labels: its last run, its source, its join key. Until it is back quality is blind; be told when it stops.',
    {
      language: 'yaml',
      code: `models:
  - name: ${yaml(model)}
    slos:
      - { kind: freshness, objective: 99%, threshold: 24h, window: 30d }`,
    },
  );

/** In unix seconds, as Prometheus writes times; its name is the contract's, so nothing has to be configured. */
export const labelGauge = (): ReadinessRemedy =>
  remedy('Set a gauge to the time of the newest label whenever labels are joined.', {
    language: 'python',
    code: `labels_received = Gauge("label_last_received_timestamp_seconds", "When the newest label arrived.", ["model_name"])
labels_received.labels(model.name).set(newest_label.timestamp())`,
  });

/** Words alone: nothing can be copied for it. */
export const plain = (text: string): ReadinessRemedy => remedy(text);
