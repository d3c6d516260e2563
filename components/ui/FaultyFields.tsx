export interface RefusedFields {
  message: string;
  /** What was expected, by the name of the field. */
  fields: Readonly<Record<string, string>>;
}

/** What the server expected of each field that it refused, but for what the error's own sentence says already. */
export function FaultyFields({ error }: { error: RefusedFields }) {
  return Object.entries(error.fields)
    .filter(([, expected]) => !error.message.includes(expected))
    .map(([field, expected]) => (
      <p key={field} className="text-t2">
        <code className="font-mono">{field}</code>: {expected}
      </p>
    ));
}
