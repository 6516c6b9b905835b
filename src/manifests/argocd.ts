import { posix } from 'node:path';
import type { ArgocdSettings } from '../config/gitops.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { ANNOTATIONS, commonLabels, SHARED } from './labels.ts';
import { sorted } from './object.ts';

/** Our manifests by their names (a glob of gobwas/glob), so that files of others are left alone. */
const OURS = '[0-9][0-9][0-9][0-9]-*.yaml';

/**
 * The Application that applies `out/`. It has no finalizer: who deletes it leaves what it applied.
 *
 * `directory.include` is never left out: Argo CD drops a `directory` that says nothing else, and would
 * take `out/` for a kustomization, which knows no order of files.
 *
 * @param hasServerSide whether there is `out/server-side/`
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
 */
export function application(settings: ArgocdSettings, hasServerSide: boolean): JsonObject {
  const { name, namespace, project, repoURL, revision, path, destination } = settings;
  return sorted({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace,
      labels: commonLabels(SHARED),
      annotations: {
        ...ANNOTATIONS,
        // What Argo CD compares by otherwise, with server-side apply, mistakes defaults for changes.
        'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
      },
    },
    spec: {
      project,
      source: {
        repoURL,
        targetRevision: revision,
        path: posix.join(path, 'out'),
        directory: hasServerSide
          ? { recurse: true, include: `{${OURS},server-side/${OURS}}` }
          : { include: OURS },
      },
      destination: destination.includes('://') ? { server: destination } : { name: destination },
      syncPolicy: {
        automated: { prune: true, selfHeal: true },
        syncOptions: ['ServerSideApply=true', 'PruneLast=true', 'FailOnSharedResource=true'],
      },
    },
  });
}
