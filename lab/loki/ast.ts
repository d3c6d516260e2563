import type { Matcher } from '../stores';

export type CompareOp = '=' | '==' | '!=' | '>' | '>=' | '<' | '<=';

export interface LineMatch {
  text: string;
  isIp: boolean;
}

export type LabelFilterExpr =
  | { kind: 'and' | 'or'; left: LabelFilterExpr; right: LabelFilterExpr }
  | { kind: 'string'; name: string; op: Matcher['op']; value: string }
  | { kind: 'ip'; name: string; op: '=' | '!='; value: string }
  /** Durations are nanoseconds, sizes bytes. */
  | { kind: 'number' | 'duration' | 'bytes'; name: string; op: CompareOp; value: number };

export interface LabelExtraction {
  name: string;
  path: string;
}

export type Stage =
  | { kind: 'line'; op: '|=' | '!=' | '|~' | '!~' | '|>' | '!>'; alternatives: LineMatch[] }
  | { kind: 'json' | 'logfmt'; extractions: LabelExtraction[]; strict: boolean; keepEmpty: boolean }
  | { kind: 'regexp' | 'pattern'; value: string }
  | { kind: 'unpack' | 'decolorize' }
  | { kind: 'filter'; filter: LabelFilterExpr }
  | { kind: 'line_format'; template: string }
  | { kind: 'label_format'; assignments: { name: string; source: string; isTemplate: boolean }[] }
  | { kind: 'drop' | 'keep'; labels: { name: string; matcher: Matcher | null }[] };

export interface LogExpr {
  kind: 'log';
  matchers: Matcher[];
  stages: Stage[];
}

export interface Unwrap {
  label: string;
  conversion: 'none' | 'bytes' | 'duration' | 'duration_seconds';
  filters: LabelFilterExpr[];
}

export interface Grouping {
  without: boolean;
  labels: string[];
}

export interface RangeExpr {
  kind: 'range';
  op: string;
  /** The quantile; null for every other operation. */
  parameter: number | null;
  log: LogExpr;
  unwrap: Unwrap | null;
  rangeNs: number;
  offsetNs: number;
  grouping: Grouping | null;
}

export interface VectorAggregationExpr {
  kind: 'aggregation';
  op: string;
  /** The k of topk and bottomk; null otherwise. */
  parameter: number | null;
  grouping: Grouping | null;
  inner: MetricExpr;
}

export interface VectorMatching {
  on: boolean;
  labels: string[];
  card: 'one-to-one' | 'many-to-one' | 'one-to-many';
  include: string[];
}

export interface BinaryExpr {
  kind: 'binary';
  op: string;
  bool: boolean;
  matching: VectorMatching | null;
  left: MetricExpr;
  right: MetricExpr;
}

export type MetricExpr =
  | RangeExpr
  | VectorAggregationExpr
  | BinaryExpr
  | { kind: 'literal'; value: number }
  | { kind: 'vector'; value: number }
  | {
      kind: 'label_replace';
      inner: MetricExpr;
      target: string;
      replacement: string;
      source: string;
      pattern: string;
    };

export type Expr = LogExpr | MetricExpr;
