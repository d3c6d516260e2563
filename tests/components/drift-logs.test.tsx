// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DeepLogsLine } from '@/components/drift/DeepLogsLine';
import { useDeepLogs } from '@/components/drift/use-deep-logs';
import type { DriftLogsLine } from '@/lib/contracts/drift';
import type { DriftAsked } from '@/lib/contracts/drift-params';
import { driftedOf, reportOf } from '../domain/drift-report';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const ASKED: DriftAsked = { model: 'churn_scorer', startMs: 0, endMs: 3_600_000, source: 'logs' };

function Reader() {
  const deep = useDeepLogs();
  const shown = deep.state.kind === 'done' ? deep.state.report : null;
  return <DeepLogsLine deep={deep} params={ASKED} shown={shown} />;
}

/** A stream whose lines the test hands out; split wherever it likes. */
function streamed() {
  const asked: { url: string; signal: AbortSignal | null }[] = [];
  let control: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      control = controller;
    },
  });
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    asked.push({ url, signal: init?.signal ?? null });
    init?.signal?.addEventListener('abort', () => control?.error(init.signal?.reason));
    return new Response(body, { status: 200 });
  });
  const write = (text: string) => control?.enqueue(new TextEncoder().encode(text));
  return {
    asked,
    write,
    close: () => control?.close(),
    line: (one: DriftLogsLine) => write(`${JSON.stringify(one)}\n`),
  };
}

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

describe('reading more prediction lines', () => {
  it('tells its progress, and then how many lines the table shows', async () => {
    const stream = streamed();
    render(<Reader />);
    await press('Read more prediction lines');
    stream.line({ kind: 'progress', done: 3, of: 24, lines: 4_100, features: 5 });
    expect(await screen.findByText('3 of 24 slices, 4 100 lines, 5 features')).toBeTruthy();
    expect(screen.getByRole('progressbar').getAttribute('value')).toBe('0.125');
    const report = reportOf([driftedOf('amount')]);
    const text = JSON.stringify({
      kind: 'report',
      report: { ...report, current: { ...report.current, sample: { read: 52_000, of: null } } },
    });
    stream.write(text.slice(0, 40));
    stream.write(`${text.slice(40)}\n`);
    expect(await screen.findByText(/The table shows what 52 000 lines of/)).toBeTruthy();
    expect(stream.asked[0]?.url).not.toContain('source=');
  });

  it('stops on demand: the stream is left, and nothing of it is shown', async () => {
    const stream = streamed();
    render(<Reader />);
    await press('Read more prediction lines');
    await press('Stop');
    expect(await screen.findByText('Stopped: nothing of it is shown.')).toBeTruthy();
    expect(stream.asked[0]?.signal?.aborted).toBe(true);
  });

  it('is left with the page', async () => {
    const stream = streamed();
    const { unmount } = render(<Reader />);
    await press('Read more prediction lines');
    unmount();
    expect(stream.asked[0]?.signal?.aborted).toBe(true);
  });

  it.each<[string, (stream: ReturnType<typeof streamed>) => void, RegExp]>([
    [
      'an error line',
      (stream) => stream.line({ kind: 'error', code: 'upstream_timeout', message: 'Loki took too long.' }),
      /Loki took too long\./,
    ],
    ['a stream that ends early', (stream) => stream.close(), /stopped telling before it was done/],
  ])('says what failed: %s', async (_, fail, words) => {
    const stream = streamed();
    render(<Reader />);
    await press('Read more prediction lines');
    fail(stream);
    expect((await screen.findByRole('alert')).textContent).toMatch(words);
    expect(screen.getByRole('button', { name: 'Read more prediction lines' })).toBeTruthy();
  });
});
