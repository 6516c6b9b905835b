import { stringify } from 'yaml';

/**
 * The text of a kustomization, for a file named `Kustomization`: kustomize knows that name, and
 * `kubectl apply -f` reads no file without a suffix.
 *
 * @param resources paths relative to the file; none is allowed
 */
export function kustomization(resources: readonly string[]): string {
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // kustomize takes a file that says nothing for a mistake; there is nothing to annotate.
    ...(resources.length === 0 ? { buildMetadata: ['originAnnotations'] } : { resources }),
  });
}
