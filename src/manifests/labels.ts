import { labelValue } from '../kubernetes/names.ts';
import type { Operator, Ui } from '../model/state.ts';

/** What `kubectl apply --prune -l` and people select all of ours by. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'solutions' } as const;

/** The labels that every object has, over what a vendor's file says. */
export function commonLabels(partOf: string): Record<string, string> {
  return { ...MANAGED_BY, 'app.kubernetes.io/part-of': partOf };
}

/** What belongs to no single Solution is part of this. */
export const SHARED = 'metalk8s-solutions';

/**
 * On every object. Without any annotation, client-side apply leaves an empty map behind that
 * server-side apply removes, and `kubectl diff` is never silent.
 */
export const ANNOTATIONS = {
  'solutions.metalk8s.scality.com/rendered-from': 'solutions.yaml',
} as const;

/** The label that selects an Operator's Pods: immutable in a Deployment, so the same for ever. */
export function selector({ name }: Pick<Operator, 'name'>): Record<string, string> {
  return { app: name };
}

/** The labels of an Operator's objects, as MetalK8s has them. */
export function operatorLabels(operator: Operator): Record<string, string> {
  return {
    ...selector(operator),
    ...commonLabels(operator.solution.name),
    'app.kubernetes.io/name': operator.name,
    'app.kubernetes.io/instance': operator.name,
    'app.kubernetes.io/version': labelValue(operator.archive.version),
    'app.kubernetes.io/component': 'operator',
  };
}

/** What names a UI in its labels. */
type Labelled = Pick<Ui, 'name' | 'solution' | 'archive'>;

/** The label that selects a UI's Pods: that of MetalK8s, which is another than the Operators'. */
export function uiSelector({ name }: Labelled): Record<string, string> {
  return { 'app.kubernetes.io/name': name };
}

/** The labels of a UI's objects, as MetalK8s has them. */
export function uiLabels(ui: Labelled): Record<string, string> {
  return {
    ...uiSelector(ui),
    ...commonLabels(ui.solution.name),
    app: ui.name,
    'app.kubernetes.io/instance': ui.name,
    'app.kubernetes.io/version': labelValue(ui.archive.version),
    'app.kubernetes.io/component': 'ui',
  };
}
