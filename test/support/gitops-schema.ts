import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { Kustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization';
import { GitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository';
import type { JsonObject } from '../../src/kubernetes/value.ts';

const kinds = [Application, GitRepository, Kustomization];

/**
 * What Argo CD's and Flux' own schemas find wrong with an object: a wrong type, a missing field, a
 * value that is none. They say nothing of unknown fields.
 */
export function agentMistakes(object: JsonObject): string[] {
  const { apiVersion, kind } = object;
  const found = kinds.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (!found) return [`no schema for ${JSON.stringify(apiVersion)} ${JSON.stringify(kind)}`];
  const model: unknown = Reflect.construct(found, [object]);
  try {
    if (model instanceof found) model.validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
