import { expect, it } from 'vitest';
import { stageColour, stageName } from '@/lib/charts/palette';
import { ownValue } from '@/lib/domain/own-value';
import { matcherTest } from '@/lib/server/alerts/matching';

it('finds what a record has, and nothing of what every object has', () => {
  const labels = JSON.parse('{"__proto__":"a","level":"info"}') as Record<string, string>;
  expect(ownValue(labels, '__proto__')).toBe('a');
  expect(ownValue(labels, 'level')).toBe('info');
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) expect(ownValue(labels, name)).toBeUndefined();
});

it.each(['__proto__', 'constructor', 'toString'])('a stage or a label called %s is one like any other', (name) => {
  expect(stageName(name)).toBe(name);
  expect(stageColour(name, 'dark')).toBe(stageColour('other', 'dark'));
  const matcher = { name, value: '.+', isRegex: true, isEqual: true };
  expect(matcherTest(matcher)?.({ level: 'info' })).toBe(false);
  expect(matcherTest(matcher)?.(JSON.parse(`{"${name}":"x"}`) as Record<string, string>)).toBe(true);
});
