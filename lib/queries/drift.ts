import { mutationOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import type {
  DriftArms,
  DriftConsequences,
  DriftFeature,
  DriftHeat,
  DriftOutput,
  DriftReport,
} from '@/lib/contracts/drift';
import type { Baseline, BaselineList, BaselinesParams, NewBaseline } from '@/lib/contracts/drift-baseline';
import type { DriftArmsParams, DriftAsked, DriftFeatureAsked, DriftHeatAsked } from '@/lib/contracts/drift-params';
import type { Quality, QualityAsked } from '@/lib/contracts/quality';
import { type ApiError, apiAddress, apiQuery, apiSend, apiText, apiUpload, shouldRetry } from './api';

/** Every feature of a version over a range, judged against a reference. */
export const driftQuery = (params: DriftAsked) => apiQuery<DriftReport>('drift', params);

/** Features × windows. */
export const driftHeatQuery = (params: DriftHeatAsked) => apiQuery<DriftHeat>('drift/heat', params);

/** One feature in full. */
export const driftFeatureQuery = (params: DriftFeatureAsked) => apiQuery<DriftFeature>('drift/feature', params);

/** Inputs of the challenger against those of the champion. */
export const driftArmsQuery = (params: DriftArmsParams) => apiQuery<DriftArms>('drift/arms', params);

/** Scores and labels. */
export const driftOutputQuery = (params: DriftAsked) => apiQuery<DriftOutput>('drift/output', params);

/** How much the score moves where a feature moved. */
export const driftConsequencesQuery = (params: DriftAsked) => apiQuery<DriftConsequences>('drift/consequences', params);

/** Quality as labels arrive. */
export const qualityQuery = (params: QualityAsked) => apiQuery<Quality>('quality', params);

/** Uploaded references. */
export const baselinesQuery = (params: BaselinesParams) => apiQuery<BaselineList>('drift/baselines', params);

/** Where drift from prediction logs is streamed as NDJSON (`DriftLogsLine`). */
export const driftLogsAddress = (params: DriftAsked): string => apiAddress('drift/logs', params);

/** The ML alert rules of the console as a file for Prometheus. */
export const mlRulesAddress = (params: { model?: string }): string => apiAddress('drift/rules', params);

/** The same file as text, for showing and copying. */
export const mlRulesQuery = (params: { model?: string }) =>
  queryOptions<string, ApiError>({
    queryKey: ['drift/rules', params],
    queryFn: ({ signal }) => apiText('drift/rules', params, signal),
    retry: shouldRetry,
    staleTime: 60_000,
  });

/** Whatever may be judged against an uploaded reference asks again, and so does the list of them. */
const asksAgain = (client: QueryClient) =>
  client.invalidateQueries({
    predicate: ({ queryKey }) => /^drift(\/(baselines|heat|feature|output|consequences))?$/.test(String(queryKey[0])),
  });

/** Stores a file as the reference of a model's version. */
export const uploadBaseline = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ file, ...params }: NewBaseline & { file: Blob }) =>
      apiUpload<Baseline>(apiAddress('drift/baselines', params), file),
    onSuccess: () => asksAgain(client),
  });

/** Features are judged against the next reference from then on, so all of them are asked again. */
export const removeBaseline = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id }: { id: string }) => apiSend<void>('DELETE', `drift/baselines/${encodeURIComponent(id)}`),
    onSuccess: () => asksAgain(client),
  });
