/** What a team pastes into its rollout tool, so that it asks the pull gate. Pure text: names are quoted, secrets are not in it. */

export interface GateAsked {
  /** Where the console is reached, without a slash at its end. */
  base: string;
  model: string;
  intervalMs: number;
}

/** A double-quoted YAML string: JSON's are YAML's. */
const quoted = (text: string): string => JSON.stringify(text.toWellFormed());

/** A name that Kubernetes takes: lower case, digits and hyphens, 40 characters at most. */
export const resourceName = (model: string): string =>
  model
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'model';

/** Address of the gate of a model. */
export const gateUrl = ({ base, model }: Pick<GateAsked, 'base' | 'model'>): string =>
  `${base}/api/rollouts/${encodeURIComponent(model.toWellFormed())}/gate`;

const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1_000))}s`;

/**
 * An AnalysisTemplate of Argo Rollouts. It fails on a sure roll back alone: an answer of "hold" is a success, and a
 * console that cannot be reached is counted as an error that never ends the analysis.
 */
export function argoYaml(asked: GateAsked): string {
  return `apiVersion: argoproj.io/v1alpha1
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
      interval: ${seconds(asked.intervalMs)}
      successCondition: result == false
      failureCondition: result == true
      failureLimit: 0
      # A console that is down, or holds no answer yet, is no reason to roll back or to pause.
      consecutiveErrorLimit: 1000000
      inconclusiveLimit: 1000000
      provider:
        web:
          url: ${quoted(gateUrl(asked))}
          timeoutSeconds: 10
          headers:
            - key: Authorization
              value: "Bearer {{ args.windsock-token }}"
          jsonPath: "{$.rollback}"
`;
}

/** Webhooks of a Flagger canary. Flagger sends no headers, so the token stands in the address as a password. */
export function flaggerYaml(asked: GateAsked): string {
  const url = (hook: string): string => {
    const address = new URL(`${gateUrl(asked)}/flagger/${hook}`);
    // Written by hand: URL would escape nothing here, and the reader must see what to replace.
    return quoted(`${address.protocol}//flagger:TOKEN@${address.host}${address.pathname}`);
  };
  const hook = (type: string): string => `      - name: windsock-${type}
        type: ${type}
        url: ${url(type)}
        timeout: 10s
        muteAlert: true`;
  return `# Replace TOKEN; whoever may read the Canary can read it.
spec:
  analysis:
    interval: ${seconds(asked.intervalMs)}
    webhooks:
${['confirm-traffic-increase', 'confirm-promotion', 'rollback'].map(hook).join('\n')}
`;
}
