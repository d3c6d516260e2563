import { describe, expect, it } from 'vitest';
import { parseConfig } from '@/lib/server/config/parse';

const read = (replay: string, env: NodeJS.ProcessEnv = { NODE_ENV: 'test' }) =>
  parseConfig(`sources: { loki: { url: "http://l:1" } }\nmodels:\n  - name: m\n${replay}`, '/etc/windsock.yaml', env)
    .models[0]?.replay;

describe('models.replay', () => {
  it('is off unless it is named', () => {
    expect(read('')).toBeNull();
  });

  it('has bounds by itself, and takes secrets from the environment', () => {
    const block = '    replay: { url: "http://model:8080/predict", headers: { Authorization: { env: KEY } } }';
    expect(read(block, { NODE_ENV: 'test', KEY: 'Bearer x' })).toEqual({
      url: 'http://model:8080/predict',
      headers: { Authorization: 'Bearer x' },
      timeoutMs: 10_000,
      maxAnswerBytes: 1_000_000,
      allowLinkLocal: false,
    });
    expect(() => read(block)).toThrow(/models\.0\.replay\.headers\.Authorization\.env/);
  });

  it.each([
    ['no address', '    replay: { timeout: 1s }', /models\.0\.replay\.url/],
    ['an address that is none', '    replay: { url: "file:///etc/passwd" }', /models\.0\.replay\.url/],
    ['a time out of bounds', '    replay: { url: "http://m", timeout: 10m }', /models\.0\.replay\.timeout/],
    ['a key that is not known', '    replay: { url: "http://m", ulr: x }', /models\.0\.replay\.ulr/],
  ])('refuses %s and names it', (_name, block, path) => {
    expect(() => read(block)).toThrow(path);
  });
});
