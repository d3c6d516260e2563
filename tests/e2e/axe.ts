import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; impact: string | null; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** Serious and critical faults of the page as it stands, each with its first element; empty when there is none. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const result: AxeResult = await page.evaluate(
    // The source above has put `axe` on the window.
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })",
  );
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes.length} × ${nodes[0]?.html.slice(0, 160)}) ${nodes[0]?.failureSummary ?? ''}`,
    );
}
