/** YAML to paste into a rollout tool, so that it asks the pull gate. Pure: the page draws it, a test parses it. */

export interface GateYaml {
  /** Address of the console as the cluster reaches it, without a trailing slash. */
  consoleUrl: string;
  model: string;
  /** Time between two evaluations of the guard, milliseconds. */
  intervalMs: number;
}

/** Answers of the gate may be missing this often in a row before a tool gives up: it should rather wait than roll back. */
const PATIENCE = 1_000_000;

/** Text as a YAML scalar in double quotes, which are those of JSON. */
const quoted = (text: string): string => JSON.stringify(text);

/** A name that Kubernetes takes: lower-case letters, digits and dashes. */
const resourceName = (model: string): string =>
  model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'model';

/** Go durations know no days. */
const goDuration = (ms: number): string => {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
};

const gateUrl = ({ consoleUrl, model }: GateYaml): string =>
  `${consoleUrl}/api/rollouts/${encodeURIComponent(model)}/gate`;

/**
 * An Argo Rollouts AnalysisTemplate over the `web` provider. One sure "rollback" fails the analysis, one "promote" is a
 * success, "hold" is neither, which Argo calls inconclusive. Its limits are raised because their defaults would abort
 * the rollout after five unanswered questions, and pause it at the first "hold".
 */
export const argoAnalysisTemplate = (asked: GateYaml): string => `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: windsock-${resourceName(asked.model)}
spec:
  args:
    - name: windsock-token
      valueFrom:
        secretKeyRef:
          name: windsock-gate
          key: token
  metrics:
    - name: windsock
      interval: ${goDuration(asked.intervalMs)}
      successCondition: result == "promote"
      failureCondition: result == "rollback"
      failureLimit: 0
      inconclusiveLimit: ${PATIENCE}
      consecutiveErrorLimit: ${PATIENCE}
      provider:
        web:
          url: ${quoted(gateUrl(asked))}
          timeoutSeconds: 10
          headers:
            - key: Authorization
              value: "Bearer {{args.windsock-token}}"
          jsonPath: "{$.action}"
`;

/**
 * Webhooks of a Flagger Canary. Flagger sends no headers of one's own, so the token stands in the address as the
 * password of a user. Its rollback hook rolls back on 200 to 202, its gates go on at 200 and wait otherwise.
 */
export const flaggerWebhooks = (asked: GateYaml): string => {
  const url = new URL(gateUrl(asked));
  const hook = (name: string): string =>
    quoted(`${url.protocol}//flagger:WINDSOCK_TOKEN@${url.host}${url.pathname}/flagger/${name}`);
  return `# In spec.analysis of the Canary. Replace WINDSOCK_TOKEN; whoever may read the Canary can read it.
webhooks:
  - name: windsock-rollback
    type: rollback
    url: ${hook('rollback')}
    timeout: 10s
  - name: windsock-traffic
    type: confirm-traffic-increase
    url: ${hook('confirm-traffic-increase')}
    timeout: 10s
  - name: windsock-promotion
    type: confirm-promotion
    url: ${hook('confirm-promotion')}
    timeout: 10s
`;
};
