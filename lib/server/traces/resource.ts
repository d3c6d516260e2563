import 'server-only';
import { type KeyValue, toAttributes } from '../tempo/attributes';

const isPair = (value: unknown): value is KeyValue =>
  typeof value === 'object' && value !== null && 'key' in value && typeof value.key === 'string';

/** The attribute pairs of a JSON object that has them (a span, a resource, an event); none of anything else. */
export function pairsOf(holder: unknown): KeyValue[] {
  if (typeof holder !== 'object' || holder === null || !('attributes' in holder)) return [];
  return Array.isArray(holder.attributes) ? holder.attributes.filter(isPair) : [];
}

/** A JSON text that came whole out of an answer; null where it is none. */
export function readJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whose clock the spans of a resource are written by: the host, else the pod, else the instance. */
const HOST_NAMES = ['host.id', 'host.name', 'k8s.node.name', 'k8s.pod.uid', 'k8s.pod.name', 'service.instance.id'];

/**
 * The first of the names that a resource's JSON holds, with its value: a key to group clocks by. Empty: nothing
 * tells.
 */
export function hostOfResource(json: string): string {
  const attributes = toAttributes(pairsOf(readJson(json)));
  for (const name of HOST_NAMES) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return `${name}=${value}`;
  }
  return '';
}
