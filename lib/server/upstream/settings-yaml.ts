import 'server-only';
import { parseDocument } from 'yaml';
import { AppError } from '../errors';
import { hasStatus, isEndpointMissing } from './error';

/** Settings that are missing, not passed on by a gateway (which may show a page of its own), or not for this tenant. */
export const isSettingHidden = (error: unknown): boolean =>
  isEndpointMissing(error) ||
  hasStatus(error, 400, 401, 403) ||
  (error instanceof AppError && error.code === 'upstream_malformed');

/** A page of a source's settings as a tree; null where it is no YAML. */
export function settingsTree(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return null;
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    // More aliases than any settings have.
    return null;
  }
}

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands under these names, one in the other; undefined where a name is missing. */
export function settingAt(tree: unknown, ...names: readonly string[]): unknown {
  let found = tree;
  for (const name of names) found = isTree(found) ? found[name] : undefined;
  return found;
}

/** The same as text: "744h"; undefined where it is none. */
export function settingText(tree: unknown, ...names: readonly string[]): string | undefined {
  const found = settingAt(tree, ...names);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : undefined;
}

/** Names of the sections at the top. */
export const sectionsOf = (tree: unknown): string[] => (isTree(tree) ? Object.keys(tree) : []);
