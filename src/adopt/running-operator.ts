import { env, labels, resources, tolerations } from '../config/pod-fields.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import type { Profile } from '../model/state.ts';
import { canonicalText } from './canonical.ts';
import { nameIn } from './inventory.ts';
import type { Found } from './found.ts';
import { saltEnvironment, type Settings } from './salt-deployment.ts';

/** Whether a Deployment is an Operator's of a Solution: Salt mounts its configuration by this name. */
export function isOperator(found: Found): boolean {
  const name = nameIn(found);
  const { pod } = partsOf(found.value, name);
  const config = itemOf(pod['volumes'], 'operator-config');
  return textOf(fieldOf(fieldOf(config, 'configMap'), 'name')) === `${name}-config`;
}

/** Whether this tool has been applied over the Deployment before. */
export function isTakenOver({ value }: Found): boolean {
  const { labels: own } = isJsonObject(value['metadata']) ? value['metadata'] : {};
  return fieldOf(own, 'app.kubernetes.io/managed-by') === 'solutions';
}

/** `app.kubernetes.io/version` of a Deployment: the version that runs, as a label can hold it. */
export function runningVersion({ value }: Found): string {
  return textOf(fieldOf(fieldOf(value['metadata'], 'labels'), 'app.kubernetes.io/version'));
}

/** `spec.selector` of a Deployment: it can never be changed. */
export function selectorOf({ value }: Found): Json | undefined {
  return fieldOf(value['spec'], 'selector');
}

/** The image of the Operator. */
export function imageOf({ value }: Found, solution: string): string {
  return textOf(partsOf(value, `${solution}-operator`).container['image']);
}

/**
 * The strongest profile that a Pod's security already is that of. What Salt renders says nothing at
 * all, which is `compat`.
 *
 * @see ../manifests/deployment.ts
 */
export function profileOf({ value }: Found, solution: string): Profile {
  const { pod, container } = partsOf(value, `${solution}-operator`);
  const security = { ...mapOf(pod['securityContext']), ...mapOf(container['securityContext']) };
  const seccomp = fieldOf(security['seccompProfile'], 'type');
  if (security['allowPrivilegeEscalation'] !== false || seccomp !== 'RuntimeDefault')
    return 'compat';
  const isRestricted =
    security['runAsNonRoot'] === true && security['readOnlyRootFilesystem'] === true;
  return isRestricted ? 'restricted' : 'baseline';
}

/** What environments.yaml can say of a running Operator where it is not as Salt renders it. */
export function settingsOf({ value }: Found, solution: string): Settings {
  const name = `${solution}-operator`;
  const { spec, pod, container } = partsOf(value, name);
  const replicas = wholeNumber(spec['replicas']);
  const runAsUser = wholeNumber(fieldOf(pod['securityContext'], 'runAsUser'));
  const cert = fieldOf(itemOf(pod['volumes'], 'cert'), 'secret');
  const variables = variablesOf(container['env'], name);
  const selected = labels.safeParse(pod['nodeSelector'] ?? {}).data ?? {};
  const tolerated = listOf(pod['tolerations']).flatMap(
    (one) => tolerations.safeParse([one]).data ?? [],
  );
  const wanted = resourcesOf(container['resources']);
  return {
    ...(textOf(fieldOf(cert, 'secretName')) === `${solution}-cert` ? { webhook: true } : {}),
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(replicas === undefined || replicas === 1 ? {} : { replicas }),
    ...(fieldOf(spec['strategy'], 'type') === 'Recreate' ? { strategy: 'Recreate' as const } : {}),
    ...(wanted ? { resources: wanted } : {}),
    ...(variables.length === 0 ? {} : { env: variables }),
    ...(Object.keys(selected).length === 0 ? {} : { nodeSelector: selected }),
    ...(tolerated.length === 0 ? {} : { tolerations: tolerated }),
  };
}

interface Parts {
  readonly spec: JsonObject;
  readonly pod: JsonObject;
  readonly container: JsonObject;
}

/** The parts of a Deployment; its container is the one with its name. */
function partsOf(deployment: JsonObject, name: string): Parts {
  const spec = mapOf(deployment['spec']);
  const pod = mapOf(fieldOf(spec['template'], 'spec'));
  return { spec, pod, container: mapOf(itemOf(pod['containers'], name)) };
}

function mapOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return isJsonList(value) ? value : [];
}

function itemOf(items: Json | undefined, name: string): Json | undefined {
  return listOf(items).find((item) => fieldOf(item, 'name') === name);
}

const MAX_INT32 = 2 ** 31 - 1;

function wholeNumber(value: Json | undefined): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= MAX_INT32 ? value : undefined;
}

/** Those that Salt does not set, or sets otherwise; of a kind that the file knows, each once. */
function variablesOf(variables: Json | undefined, name: string): NonNullable<Settings['env']> {
  const own = new Set(saltEnvironment(name).map(variableText));
  const seen = new Set<string>();
  return listOf(variables)
    .filter((variable) => !own.has(variableText(variable)))
    .flatMap((variable) => {
      // The API server drops an empty value.
      const bare = isJsonObject(variable) && !('valueFrom' in variable) ? { value: '' } : {};
      const [read] = env.safeParse([{ ...bare, ...mapOf(variable) }]).data ?? [];
      if (!read || seen.has(read.name)) return [];
      seen.add(read.name);
      return [read];
    });
}

function variableText(variable: Json): string {
  const fieldPath = fieldOf(fieldOf(fieldOf(variable, 'valueFrom'), 'fieldRef'), 'fieldPath');
  const value = fieldPath === undefined ? (fieldOf(variable, 'value') ?? '') : '';
  return canonicalText([fieldOf(variable, 'name') ?? '', value, fieldPath ?? '']);
}

function resourcesOf(value: Json | undefined): Settings['resources'] {
  const read = (key: 'requests' | 'limits') => {
    const found = fieldOf(value, key);
    return found === undefined ? {} : (resources.safeParse({ [key]: found }).data ?? {});
  };
  const found = { ...read('requests'), ...read('limits') };
  return Object.keys(found).length === 0 ? undefined : found;
}
