'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { QueryEditor } from '@/components/ui/QueryEditor';
import type { ApiError } from '@/lib/queries/api';
import { traceTagsQuery, traceValuesQuery } from '@/lib/queries/traces';
import { traceqlLanguage } from './traceql-language';
import { useTraceSearch } from './use-trace-search';

export interface TraceqlEditorProps {
  /** The query that runs. */
  query: string;
  error: ApiError | null;
  onRun: (query: string) => void;
}

/** The TraceQL editor, its completion asked of this Tempo over the page's range. Loaded when it is opened. */
export default function TraceqlEditor({ query, error, onRun }: TraceqlEditorProps) {
  const client = useQueryClient();
  const { range } = useTraceSearch();
  const asked = useRef(range);
  useEffect(() => {
    asked.current = range;
  });
  const [draft, setDraft] = useState({ of: query, text: query });
  // A query that changed elsewhere (the back button, a link) replaces what was typed.
  const text = draft.of === query ? draft.text : query;
  const language = useMemo(() => {
    const times = () => ({ startMs: asked.current.startMs, endMs: asked.current.endMs });
    return traceqlLanguage({
      fields: () =>
        client
          .fetchQuery(traceTagsQuery(times()))
          .then(({ fields }) => fields)
          .catch(() => []),
      values: (field) =>
        client
          .fetchQuery(traceValuesQuery({ ...times(), field }))
          .then(({ values }) => values)
          .catch(() => []),
    });
  }, [client]);
  const position = error?.position ?? null;
  const fault = useMemo(
    () => (position === null || text !== query ? null : { ...position, message: error?.message ?? '' }),
    [position, error, text, query],
  );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2">
      <QueryEditor
        label="TraceQL query"
        value={text}
        language={language}
        onChange={(next) => setDraft({ of: query, text: next })}
        onRun={() => onRun(text)}
        fault={fault}
        hint={'{ span.model_name = "…" && duration > 300ms }'}
      />
      <Button look="primary" onClick={() => onRun(text)} className="h-[30px]!">
        Search
      </Button>
      {text === query ? null : (
        <p className="col-span-full text-small text-t3">Edited. Enter or Search runs it; shown is the query before.</p>
      )}
    </div>
  );
}
