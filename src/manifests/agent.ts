import type { Gitops } from '../config/gitops.ts';

/**
 * The annotations that a GitOps agent wants on an object of a stage of `out/`: Argo CD runs Jobs
 * after Deployments unless waves say otherwise, and neither agent may delete a Namespace or a
 * CRD, with everything in it, because a line went away. (Argo CD's `Prune` is about an object that
 * left the folder, `Delete` about an Application that is deleted.)
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 */
export function agentAnnotations(
  agent: Gitops['agent'],
  kind: string,
  stage: number,
): Record<string, string> {
  if (agent === 'argocd') {
    const options = argocdOptions[kind] ?? (stage >= MONITORING ? OF_OTHERS : undefined);
    return {
      'argocd.argoproj.io/sync-wave': String(stage),
      ...(options === undefined ? {} : { 'argocd.argoproj.io/sync-options': options }),
    };
  }
  if (agent === 'flux' && KEPT.has(kind)) {
    return { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
  }
  return {};
}

/** What must not leave with a line of a file. */
const KEPT: ReadonlySet<string> = new Set(['CustomResourceDefinition', 'Namespace']);

/** A kind of another operator may be there only later: what needs it must not stop the rest. */
const OF_OTHERS = 'SkipDryRunOnMissingResource=true';

/** The first stage whose kinds are another operator's: a cluster may not know them yet. */
const MONITORING = 600;

const argocdOptions: Readonly<Record<string, string>> = {
  Certificate: OF_OTHERS,
  CustomResourceDefinition: 'ServerSideApply=true,Prune=false,Delete=confirm',
  Issuer: OF_OTHERS,
  Namespace: 'Prune=confirm,Delete=confirm',
  PodMonitor: OF_OTHERS,
  PrometheusRule: OF_OTHERS,
  ServiceMonitor: OF_OTHERS,
};
