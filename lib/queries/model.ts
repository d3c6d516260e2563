import type {
  ModelErrors,
  ModelHeatmap,
  ModelInFlight,
  ModelLatency,
  ModelStages,
  ModelSummary,
  ModelTraffic,
} from '@/lib/contracts/model';
import type { ModelRangeParams } from '@/lib/contracts/range';
import { apiQuery } from './api';

const modelPanel =
  <T>(panel: string) =>
  ({ model, ...range }: ModelRangeParams) =>
    apiQuery<T>(`models/${encodeURIComponent(model)}/${panel}`, range);

export const modelSummaryQuery = modelPanel<ModelSummary>('summary');
export const modelTrafficQuery = modelPanel<ModelTraffic>('traffic');
export const modelLatencyQuery = modelPanel<ModelLatency>('latency');
export const modelHeatmapQuery = modelPanel<ModelHeatmap>('heatmap');
export const modelStagesQuery = modelPanel<ModelStages>('stages');
export const modelInFlightQuery = modelPanel<ModelInFlight>('in-flight');
export const modelErrorsQuery = modelPanel<ModelErrors>('errors');
