import type { TestProject } from 'vitest/node';
import { startDemoStack } from '../demo-stack';

declare module 'vitest' {
  interface ProvidedContext {
    consoleUrl: string;
    labUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startDemoStack();
  project.provide('consoleUrl', stack.consoleUrl);
  project.provide('labUrl', stack.labUrl);
  return stack.stop;
}
