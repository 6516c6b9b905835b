import type { Chart } from 'cdk8s';
import { k8s, ServiceAccount } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import type { Binding, Operator } from '../model/state.ts';
import { addDeployment } from './deployment.ts';
import { commonLabels, operatorLabels } from './labels.ts';
import type { OperatorConfig } from './operator-config.ts';
import { VerbatimObject } from './verbatim.ts';

interface OperatorContext {
  readonly namespace: string;
  readonly platform: Platform;
  readonly config: OperatorConfig;
}

/** An Operator in a Namespace: who it is, what it may do, what it is told, what runs. */
export function addOperator(chart: Chart, operator: Operator, context: OperatorContext): void {
  const { namespace } = context;
  const metadata = { namespace, labels: operatorLabels(operator) };
  new ServiceAccount(chart, 'service-account', {
    metadata: { ...metadata, name: operator.name },
    automountToken: true,
  });
  for (const { name, manifest } of operator.roles) {
    new VerbatimObject(chart, `role-${name}`, {
      manifest,
      name,
      namespace,
      labels: commonLabels(operator.solution.name),
    });
  }
  for (const binding of operator.bindings) addBinding(chart, binding, metadata, operator.name);
  new k8s.KubeConfigMap(chart, 'config', {
    metadata: { ...metadata, name: `${operator.name}-config` },
    data: { 'operator.yaml': context.config.yaml },
  });
  addDeployment(chart, operator, context);
}

function addBinding(
  chart: Chart,
  { kind, name, role }: Binding,
  { namespace, labels }: { readonly namespace: string; readonly labels: Record<string, string> },
  serviceAccount: string,
): void {
  const rights = {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
  };
  if (kind === 'ClusterRoleBinding') {
    new k8s.KubeClusterRoleBinding(chart, `${kind}-${name}`, {
      metadata: { name, labels },
      ...rights,
    });
  } else {
    new k8s.KubeRoleBinding(chart, `${kind}-${name}`, {
      metadata: { name, namespace, labels },
      ...rights,
    });
  }
}
