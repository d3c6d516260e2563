import 'server-only';
import type { SourceKind } from '@/lib/contracts/error';

/** One telemetry source as configured, secrets resolved. */
export interface SourceConfig {
  /** Shown to people: "Prometheus", "Loki prod". Unique. */
  name: string;
  kind: SourceKind;
  /** Base address without a trailing slash; the client adds the API path. */
  url: string;
  /** Authorization, tenant (`X-Scope-OrgID`) and other headers, from configuration only. */
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  maxConcurrent: number;
  maxAnswerBytes: number;
  /** Grafana's address and data source uid for "open in Grafana"; null when not configured. */
  explore: { grafanaUrl: string; datasourceUid: string } | null;
}
