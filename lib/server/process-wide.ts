import 'server-only';

const REGISTRY = Symbol.for('windsock.process-wide');

/**
 * One instance of a thing in this process, made at the first asking. The bundler may load a module once per route; a
 * cache or a limit that exists several times would be neither.
 */
export function processWide<T>(name: string, make: () => T): T {
  const holder = globalThis as { [REGISTRY]?: Map<string, unknown> };
  holder[REGISTRY] ??= new Map();
  const registry = holder[REGISTRY];
  if (!registry.has(name)) registry.set(name, make());
  return registry.get(name) as T;
}
