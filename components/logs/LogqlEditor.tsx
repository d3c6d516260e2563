'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { QueryEditor, type QueryFault } from '@/components/ui/QueryEditor';
import { type LogRange, logNamesQuery, logValuesQuery } from '@/lib/queries/logs';
import { logqlLanguage } from './logql-language';

export interface LogqlEditorProps {
  value: string;
  range: LogRange;
  onChange: (value: string) => void;
  onRun: () => void;
  fault: QueryFault | null;
}

/** The LogQL editor, its completion asked of this Loki over the page's range. Loaded when it is opened. */
export default function LogqlEditor({ value, range, onChange, onRun, fault }: LogqlEditorProps) {
  const client = useQueryClient();
  const asked = useRef(range);
  useEffect(() => {
    asked.current = range;
  });
  const language = useMemo(() => {
    const names = () => client.fetchQuery(logNamesQuery({ ...asked.current }));
    return logqlLanguage({
      labels: () =>
        names()
          .then(({ labels }) => labels)
          .catch(() => []),
      fields: () =>
        names()
          .then(({ fields }) => fields ?? [])
          .catch(() => []),
      values: (name) =>
        client
          .fetchQuery(logNamesQuery({ ...asked.current }))
          .then(({ labels, fields }) => {
            const kind = labels.includes(name) ? 'label' : fields?.find((field) => field.name === name)?.kind;
            if (kind === undefined) return [];
            return client.fetchQuery(logValuesQuery({ ...asked.current, name, kind })).then(({ values }) => values);
          })
          .catch(() => []),
    });
  }, [client]);
  return (
    <QueryEditor
      label="LogQL query"
      value={value}
      language={language}
      onChange={onChange}
      onRun={onRun}
      fault={fault}
      hint={'{service_name="…"} |= "text" | json | field="value"'}
    />
  );
}
