import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; target: unknown[]; failureSummary?: string }[];
}

/** Whether a target that a bar covered in part is too small also where nothing covers it, once scrolled to the middle. */
async function isSmallInTheOpen(page: Page, [selector]: unknown[]): Promise<boolean> {
  if (typeof selector !== 'string') return true;
  await page.locator(selector).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  const again: { violations: Violation[] } = await page.evaluate(
    `axe.run(${JSON.stringify(selector)}, { runOnly: { type: 'rule', values: ['target-size'] } })`,
  );
  return again.violations.length > 0;
}

/** Serious and critical faults of the page as it stands, each with its first element; empty when there is none. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const { violations }: { violations: Violation[] } = await page.evaluate(
    // The source above has put `axe` on the window.
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })",
  );
  const faults: string[] = [];
  for (const { id, impact, help, nodes } of violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    const faulty: typeof nodes = [];
    for (const node of nodes) {
      const isCovered = id === 'target-size' && /partially obscured/.test(node.failureSummary ?? '');
      if (!isCovered || (await isSmallInTheOpen(page, node.target))) faulty.push(node);
    }
    const [first] = faulty;
    if (first === undefined) continue;
    faults.push(`${id}: ${help} (${faulty.length} × ${first.html.slice(0, 160)}) ${first.failureSummary ?? ''}`);
  }
  return faults;
}

/**
 * The page as it stands has no serious fault, said by name where it has. What is gone a moment later, while a part that has
 * just come is laid out, is none.
 */
export async function expectAccessible(page: Page, where = page.url()): Promise<void> {
  const asked = { timeout: 5_000, interval: 1_000, message: where };
  await expect.poll(async () => (await seriousFaults(page)).join('\n'), asked).toBe('');
}
