import * as z from 'zod';
import {
  DriftArms,
  DriftConsequences,
  DriftFeature,
  DriftHeat,
  DriftLogsLine,
  DriftOutput,
  DriftReport,
} from './drift';
import { Baseline, BaselineList, BaselineRemoval, BaselinesParams, NewBaseline } from './drift-baseline';
import { DriftArmsParams, DriftFeatureParams, DriftHeatParams, DriftParams, MlRulesParams } from './drift-params';
import { type Endpoint, read } from './endpoint';
import { Quality, QualityParams } from './quality';

/** Endpoints of drift and quality. */
export const DRIFT_ENDPOINTS: readonly Endpoint[] = [
  read('drift', DriftParams, DriftReport, 'Every feature of a version, judged against its reference'),
  read('drift/heat', DriftHeatParams, DriftHeat, 'Features over windows, and when what goes on began'),
  read(
    'drift/feature',
    DriftFeatureParams,
    DriftFeature,
    'One feature: distributions, quantiles, missing values, lines',
  ),
  read('drift/arms', DriftArmsParams, DriftArms, 'Inputs of the challenger against those of the champion'),
  read('drift/output', DriftParams, DriftOutput, 'Drift of scores, predicted labels and labels'),
  read('drift/consequences', DriftParams, DriftConsequences, 'How much the score moves where a feature moved'),
  {
    ...read('drift/logs', DriftParams, DriftLogsLine, 'Drift from many prediction lines, as lines of JSON'),
    media: 'application/x-ndjson',
  },
  {
    ...read('drift/rules', MlRulesParams, z.string(), 'Alert rules on models for Prometheus'),
    media: 'application/yaml',
  },
  read('drift/baselines', BaselinesParams, BaselineList, 'Uploaded references'),
  {
    method: 'POST',
    path: '/api/drift/baselines',
    permission: 'baselines:write',
    params: NewBaseline,
    response: Baseline,
    summary: 'Upload a reference: JSON or CSV, as the body or as the part “file” of a form',
  },
  {
    method: 'DELETE',
    path: '/api/drift/baselines/{id}',
    permission: 'baselines:write',
    params: BaselineRemoval,
    response: null,
    summary: 'Remove an uploaded reference',
  },
  read('quality', QualityParams, Quality, 'Quality as labels arrive, cohorts, freshness of labels'),
];
