/**
 * The value of a name that comes from telemetry or from a person; undefined where the record has none. Of a plain
 * object, `constructor` and its like would otherwise be found on every one of them.
 */
export const ownValue = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
