import type { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Platform } from '../config/platform.ts';
import type { Binding, Operator } from '../model/state.ts';
import { deployment } from './deployment.ts';
import { commonLabels, operatorLabels } from './labels.ts';
import { metricsCertificate, metricsService } from './metrics.ts';
import { operatorNetworkPolicy } from './network.ts';
import type { OperatorConfig } from './operator-config.ts';
import { manifestOf, PlainObject, sorted } from './object.ts';
import { verbatim } from './verbatim.ts';

interface OperatorContext {
  readonly namespace: string;
  readonly platform: Platform;
  readonly config: OperatorConfig;
}

/** An Operator in a Namespace: who it is, what it may do, what it is told, what runs, who reaches it. */
export function addOperator(chart: Chart, operator: Operator, context: OperatorContext): void {
  const { namespace } = context;
  const { place } = operator.settings;
  const metadata = { namespace, labels: operatorLabels(operator) };
  const account = manifestOf(k8s.KubeServiceAccount, {
    metadata: { ...metadata, name: operator.name },
    automountServiceAccountToken: true,
  });
  new PlainObject(chart, 'service-account', sorted(account));
  for (const [index, { name, manifest }] of operator.roles.entries()) {
    const labels = commonLabels(operator.solution.name);
    const role = verbatim(manifest, { name, namespace, labels });
    new PlainObject(chart, `role-${index}`, role, manifest.place);
  }
  for (const [index, one] of operator.bindings.entries()) {
    new PlainObject(
      chart,
      `binding-${index}`,
      sorted(binding(one, metadata, operator.name)),
      place,
    );
  }
  const config = manifestOf(k8s.KubeConfigMap, {
    metadata: { ...metadata, name: `${operator.name}-config` },
    data: { 'operator.yaml': context.config.yaml },
  });
  const { network, monitoring } = context.platform;
  const running = [
    config,
    ...metricsCertificate(operator, { namespace, monitoring }),
    deployment(operator, context),
    ...metricsService(operator, namespace),
    ...operatorNetworkPolicy(operator, { namespace, network }),
  ];
  for (const [index, manifest] of running.entries()) {
    new PlainObject(chart, `running-${index}`, sorted(manifest), place);
  }
}

function binding(
  { kind, name, role }: Binding,
  { namespace, labels }: { readonly namespace: string; readonly labels: Record<string, string> },
  serviceAccount: string,
): unknown {
  const rights = {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ kind: 'ServiceAccount', name: serviceAccount, namespace }],
  };
  return kind === 'ClusterRoleBinding'
    ? manifestOf(k8s.KubeClusterRoleBinding, { metadata: { name, labels }, ...rights })
    : manifestOf(k8s.KubeRoleBinding, { metadata: { name, namespace, labels }, ...rights });
}
