import 'server-only';
import type { MissingSignal } from '@/lib/contracts/fleet';
import type { ContractSignal } from './contract';
import type { DurationUnit, ErrorsBy, Preset, TokenCounter } from './preset';
import type { VersionSource } from './version-source';

/** Where latency is read from; `none`: nothing measures it. */
export type ResolvedLatency =
  /** `hasNative`: the same name is there as a native histogram too, which tells finer. */
  | { kind: 'histogram'; metric: string; unit: DurationUnit; hasNative?: true }
  | { kind: 'native'; metric: string; unit: DurationUnit }
  | { kind: 'mean'; sum: string; count: string; unit: DurationUnit }
  | { kind: 'none' };

/** A signal of the contract as one Prometheus holds it. */
export interface ResolvedSignal {
  signal: string;
  metric: string;
  labels: Readonly<Record<string, string>>;
  present: boolean;
  /** Of a histogram: whether series of its bare name are there, as native ones are. */
  hasNative: boolean;
  series: number;
  origin: 'preset' | 'configuration';
  /** Pattern of the status label's values that mean failure; null: nobody said. */
  errorPattern: string | null;
}

/** What a preset says of a serving stack; the rest is the contract's. */
export type PresetSignal = 'requests' | 'errors' | 'latency' | 'inFlight';

/** Which metric and label means what, as found in one Prometheus and said by the configuration. */
export interface SignalMap {
  preset: Preset;
  /** "found by inference_requests_total", "set in the configuration". */
  foundBy: string;
  alsoFound: readonly Preset[];
  modelLabel: string;
  version: VersionSource;
  only: Preset['only'];
  /** Null: nothing counts requests. */
  requests: { metric: string; successOnly: boolean } | null;
  errors: ErrorsBy;
  latency: ResolvedLatency;
  inFlight: { metric: string; hasModel: boolean; hasVersion: boolean } | null;
  /** Null: this stack counts no tokens, or none are there. */
  tokens: { input: TokenCounter; output: TokenCounter } | null;
  contract: Readonly<Record<ContractSignal, ResolvedSignal>>;
  /** Series that carry what the preset names; null where it names no metric of its own. */
  held: Readonly<Record<PresetSignal, number | null>>;
  /** What the preset and this Prometheus cannot give, with what would. */
  missing: readonly MissingSignal[];
}
