import * as z from 'zod';
import { ALERT_ENDPOINTS } from './alert-endpoints';
import { Compare, CompareTraces } from './compare';
import { CompareParams, CompareReportParams, CompareTracesParams } from './compare-params';
import { DRIFT_ENDPOINTS } from './drift-endpoints';
import { type Endpoint, read } from './endpoint';
import { Events, EventsParams } from './event';
import {
  Evidence,
  EvidenceAgain,
  EvidenceId,
  EvidenceList,
  EvidenceListParams,
  EvidenceRead,
  NewEvidence,
} from './evidence';
import { Fleet, FleetParams, Jobs, ModelChoices } from './fleet';
import { Impact, ImpactParams } from './impact';
import { INCIDENT_ENDPOINTS } from './incident-endpoints';
import { INVESTIGATION_ENDPOINTS } from './investigation-endpoints';
import {
  LogContext,
  LogContextParams,
  LogExportParams,
  LogLineParams,
  LogNames,
  LogPage,
  LogPatternsAnswer,
  LogRangeParams,
  LogSummary,
  LogsParams,
  LogTailEvent,
  LogTailParams,
  LogValues,
  LogValuesParams,
} from './logs';
import { Metric, MetricParams } from './metric';
import {
  ModelErrors,
  ModelHeatmap,
  ModelInFlight,
  ModelLatency,
  ModelStages,
  ModelSummary,
  ModelTraffic,
} from './model';
import { NewNote, Note, NoteEdit, NoteList, NoteRemoval, NotesParams } from './note';
import { NoParams } from './params';
import { ModelRangeParams, RangeParams } from './range';
import { READINESS_ENDPOINTS } from './readiness-endpoints';
import { RECORD_ENDPOINTS } from './record-endpoints';
import { Replay, ReplayParams, RequestStoryParams, StoryEvent } from './request-story';
import {
  GuardEvaluationParams,
  GuardEvaluations,
  GuardEvaluationsParams,
  GuardModelParams,
  GuardRearm,
  GuardReplay,
  GuardState,
  GuardStates,
  KillSwitchChange,
} from './rollout';
import { BacktestLine, BacktestParams } from './rollout-backtest';
import { FlaggerGateParams, GateParams, RolloutGate } from './rollout-gate';
import { SAMPLING_ENDPOINTS } from './sampling';
import { SloDetail, SloEaten, SloParams, SloRules, SloRulesParams, Slos, SlosParams } from './slo';
import { Health, Readiness, SourcesHealth, SourcesReport } from './source';
import { SYNTHETIC_ENDPOINTS } from './synthetic';
import {
  Trace,
  TraceFlame,
  TraceFlameParams,
  TraceLogs,
  TraceLogsParams,
  TraceParams,
  TraceRawParams,
  TraceRows,
  TraceRowsParams,
  TraceSpan,
  TraceSpanParams,
} from './trace';
import { TraceDiffParams, TraceDiffReport } from './trace-diff';
import {
  ExplainLine,
  ExplainParams,
  TraceQuery,
  TraceQueryParams,
  TraceSearch,
  TraceSearchParams,
  TraceTags,
  TraceTagsParams,
  TraceValues,
  TraceValuesParams,
} from './traces';

/** Every endpoint of the console. The OpenAPI document is made from this list, and a test holds the routes to it. */
export const ENDPOINTS: readonly Endpoint[] = [
  read('fleet', FleetParams, Fleet, 'Models and their versions, by what needs a person most'),
  read('fleet/choices', RangeParams, ModelChoices, 'Models and versions with traffic in a range'),
  read('models/{model}/summary', ModelRangeParams, ModelSummary, 'The answer of a model and its row of the fleet'),
  read('models/{model}/traffic', ModelRangeParams, ModelTraffic, 'Requests and errors by version over time'),
  read('models/{model}/latency', ModelRangeParams, ModelLatency, 'Latency quantiles by version, with exemplars'),
  read('models/{model}/heatmap', ModelRangeParams, ModelHeatmap, 'Requests by latency bucket over time'),
  read('models/{model}/stages', ModelRangeParams, ModelStages, 'Mean time of a request by stage'),
  read('models/{model}/in-flight', ModelRangeParams, ModelInFlight, 'Requests in flight over time'),
  read('models/{model}/errors', ModelRangeParams, ModelErrors, 'Failed requests by reason, from the logs'),
  read('metrics', MetricParams, Metric, 'Series of a PromQL query over a range'),
  read('traces/{traceId}', TraceParams, Trace, 'A trace: answer, stages, faults, statistics'),
  read('traces/{traceId}/rows', TraceRowsParams, TraceRows, 'A window of the rows of a trace'),
  read('traces/{traceId}/flame', TraceFlameParams, TraceFlame, 'A trace as a flame graph'),
  read('traces/{traceId}/spans/{span}', TraceSpanParams, TraceSpan, 'Everything a trace says about one span'),
  read('traces/{traceId}/logs', TraceLogsParams, TraceLogs, 'The log lines of a trace'),
  read('traces/{traceId}/diff', TraceDiffParams, TraceDiffReport, 'A trace against another, or a typical one'),
  read('traces/{traceId}/raw', TraceRawParams, z.record(z.string(), z.unknown()), 'A trace as its Tempo gave it'),
  read('compare', CompareParams, Compare, 'Two versions, or before and after: differences, verdict, reasons'),
  read('compare/traces', CompareTracesParams, CompareTraces, 'Example traces of both sides of a comparison'),
  { ...read('compare/report', CompareReportParams, z.string(), 'A comparison as Markdown'), media: 'text/markdown' },
  read('impact', ImpactParams, Impact, 'What a stretch of trouble did to predictions, by model and version'),
  read('slos', SlosParams, Slos, 'Objectives: attainment, budget left, burn rates, state'),
  read('slos/objective', SloParams, SloDetail, 'One objective over its window: budget, burn rates, what ate it when'),
  read('slos/eaten', SloParams, SloEaten, 'What ate a budget: versions, segments, reasons, incidents'),
  {
    ...read('slos/rules', SloRulesParams, z.string(), 'Rules for Prometheus or the Loki ruler, and their unit tests'),
    media: 'text/yaml',
  },
  read('slos/rules/loaded', NoParams, SloRules, 'The same beside what the Prometheus has loaded'),
  read('rollouts', NoParams, GuardStates, 'Every guard: mode, run of violations, last action'),
  {
    ...read('guards/switch', KillSwitchChange, GuardStates, 'Throw the kill switch of the guards, or take it back'),
    method: 'POST',
    permission: 'rollouts:control',
  },
  read('guards/evaluations/{id}/replay', GuardEvaluationParams, GuardReplay, 'A kept verdict, judged again'),
  read('rollouts/{model}', GuardModelParams, GuardState, 'The guard of a model'),
  read('rollouts/{model}/evaluations', GuardEvaluationsParams, GuardEvaluations, 'What a guard found, newest first'),
  {
    ...read('rollouts/{model}/rearm', GuardRearm, GuardState, 'Let a guard act again on the same versions'),
    method: 'POST',
    permission: 'rollouts:control',
  },
  {
    ...read('rollouts/{model}/backtest', BacktestParams, BacktestLine, 'A policy over past hours, as lines of JSON'),
    method: 'POST',
    media: 'application/x-ndjson',
  },
  {
    ...read('rollouts/{model}/gate', GateParams, RolloutGate, 'The pull gate, for Argo Rollouts'),
    permission: 'rollouts:gate',
  },
  {
    ...read(
      'rollouts/{model}/gate/flagger/{hook}',
      FlaggerGateParams,
      RolloutGate,
      'The pull gate, for Flagger: 200 or 409',
    ),
    method: 'POST',
    permission: 'rollouts:gate',
  },
  ...DRIFT_ENDPOINTS,
  ...SYNTHETIC_ENDPOINTS,
  ...SAMPLING_ENDPOINTS,
  read('events', EventsParams, Events, 'Changes: versions, roles, alerts, notes'),
  read('jobs', RangeParams, Jobs, 'Batch jobs and feature pipelines'),
  read('logs', LogsParams, LogPage, 'Log lines of a range, page by page'),
  { ...read('logs', LogsParams, LogPage, 'The same with a cursor that no address holds'), method: 'POST' },
  read('logs/summary', LogRangeParams, LogSummary, 'How many lines match, by level over time; and if none, why'),
  read('logs/names', LogRangeParams, LogNames, 'Labels, fields, services and levels to filter by'),
  read('logs/values', LogValuesParams, LogValues, 'Values of a label or a field'),
  read('logs/context', LogContextParams, LogContext, 'The lines written around a line'),
  read('logs/patterns', LogRangeParams, LogPatternsAnswer, 'Shapes of lines as Loki keeps them'),
  { ...read('logs/line', LogLineParams, z.string(), 'One line whole, redacted'), media: 'text/plain' },
  { ...read('logs/export', LogExportParams, z.string(), 'Lines as a file: CSV or NDJSON'), media: 'text/csv' },
  { ...read('logs/tail', LogTailParams, LogTailEvent, 'Lines as they arrive'), media: 'text/event-stream' },
  read('traces', TraceSearchParams, TraceSearch, 'Traces that match, the newest or the slowest of them'),
  read('traces/query', TraceQueryParams, TraceQuery, 'The TraceQL that the fields of a search stand for'),
  read('traces/tags', TraceTagsParams, TraceTags, 'Attributes that spans have'),
  read('traces/tags/values', TraceValuesParams, TraceValues, 'Values of one attribute'),
  {
    ...read('traces/explain', ExplainParams, ExplainLine, 'What sets the selected traces apart, as lines of JSON'),
    method: 'POST',
    media: 'application/x-ndjson',
  },
  read('sources/health', NoParams, SourcesHealth, 'How each source answers now'),
  {
    ...read('sources', NoParams, SourcesReport, 'Sources, signal map and what it cannot give'),
    permission: 'settings:read',
  },
  { ...read('notes', NotesParams, NoteList, 'Notes of a range'), permission: 'notes:read' },
  {
    method: 'POST',
    path: '/api/notes',
    permission: 'notes:write',
    params: NewNote,
    response: Note,
    summary: 'Put a note on the timeline of changes',
  },
  {
    method: 'PATCH',
    path: '/api/notes/{id}',
    permission: 'notes:write',
    params: NoteEdit,
    response: Note,
    summary: 'Edit a note',
  },
  {
    method: 'DELETE',
    path: '/api/notes/{id}',
    permission: 'notes:write',
    params: NoteRemoval,
    response: null,
    summary: 'Remove a note',
  },
  { ...read('evidence', EvidenceListParams, EvidenceList, 'Pins, newest first'), permission: 'evidence:read' },
  {
    method: 'POST',
    path: '/api/evidence',
    permission: 'evidence:write',
    params: NewEvidence,
    response: Evidence,
    summary: 'Freeze what a panel shows: the server asks its question and keeps the redacted answer',
  },
  {
    ...read('evidence/{id}', EvidenceId, EvidenceRead, 'A pin whole, its hash verified'),
    permission: 'evidence:read',
  },
  {
    ...read('evidence/{id}/again', EvidenceId, EvidenceAgain, 'The question of a pin, asked now, and the difference'),
    permission: 'evidence:read',
  },
  {
    ...read('evidence/{id}/report', EvidenceId, z.string(), 'The frozen report of a comparison as Markdown'),
    permission: 'evidence:read',
    media: 'text/markdown',
  },
  {
    ...read(
      'requests/{requestId}/story',
      RequestStoryParams,
      StoryEvent,
      'The story of a request, as it becomes known',
    ),
    media: 'text/event-stream',
  },
  {
    method: 'POST',
    path: '/api/requests/{requestId}/replay',
    permission: 'requests:replay',
    params: ReplayParams,
    response: Replay,
    summary: 'Send the logged inputs of a request to its model again',
  },
  ...ALERT_ENDPOINTS,
  ...INCIDENT_ENDPOINTS,
  ...INVESTIGATION_ENDPOINTS,
  ...READINESS_ENDPOINTS,
  ...RECORD_ENDPOINTS,
  { ...read('health', NoParams, Health, 'Whether the process lives'), permission: 'health:read' },
  { ...read('ready', NoParams, Readiness, 'Database and sources, each with its state'), permission: 'health:read' },
  {
    ...read('openapi.json', NoParams, z.record(z.string(), z.unknown()), 'This document'),
    permission: 'health:read',
  },
];
