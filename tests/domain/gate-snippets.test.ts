import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { argoYaml, flaggerYaml, gateUrl, resourceName } from '@/lib/domain/gate-snippets';

const asked = { base: 'https://windsock.example.com', model: 'fraud_detector', intervalMs: 60_000 };

describe('what is pasted into a rollout tool', () => {
  it('is an analysis of Argo Rollouts that fails on a sure roll back alone', () => {
    const template = parse(argoYaml(asked));
    expect(template).toMatchObject({ kind: 'AnalysisTemplate', metadata: { name: 'windsock-fraud-detector' } });
    const [metric] = template.spec.metrics;
    expect(metric).toMatchObject({ failureCondition: 'result == true', interval: '60s', failureLimit: 0 });
    expect(metric.consecutiveErrorLimit).toBeGreaterThan(100_000);
    expect(metric.provider.web).toMatchObject({ url: gateUrl(asked), jsonPath: '{$.rollback}' });
  });

  it('is three webhooks of Flagger with a token in their address', () => {
    const { webhooks } = parse(flaggerYaml(asked)).spec.analysis;
    expect(webhooks.map(({ type }: { type: string }) => type)).toEqual([
      'confirm-traffic-increase',
      'confirm-promotion',
      'rollback',
    ]);
    expect(webhooks[2].url).toBe(
      'https://flagger:TOKEN@windsock.example.com/api/rollouts/fraud_detector/gate/flagger/rollback',
    );
  });

  it('stays YAML with whatever a model is called', () => {
    fc.assert(
      // A path's own dots are no name of a model.
      fc.property(fc.string({ minLength: 3, unit: 'binary' }), (model) => {
        const well = model.toWellFormed();
        const url = parse(argoYaml({ ...asked, model: well })).spec.metrics[0].provider.web.url;
        expect(decodeURIComponent(new URL(url).pathname.split('/')[3] ?? '')).toBe(well);
        expect(parse(flaggerYaml({ ...asked, model: well })).spec.analysis.webhooks).toHaveLength(3);
        expect(resourceName(well)).toMatch(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
      }),
    );
  });
});
