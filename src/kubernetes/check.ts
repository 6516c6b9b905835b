import { crdMistakes } from './crd.ts';
import {
  ANNOTATIONS_MAX_BYTES,
  annotationKeyMistake,
  CONFIG_MAX_BYTES,
  configKeyMistake,
  dnsLabelMistake,
  dnsSubdomainMistake,
  jobNameMistake,
  labelKeyMistake,
  labelValueMistake,
  pathSegmentMistake,
  serviceNameMistake,
} from './names.ts';
import { podMistakes } from './pod.ts';
import { clusterRoleMistakes, roleMistakes } from './role.ts';
import { groupOf, isJsonList, isJsonObject, type Json, type JsonObject } from './value.ts';

type NameRule = (name: string) => string | undefined;

/** Rules of names by `<kind>.<group>`; every other kind's name is an RFC 1123 subdomain. */
const NAME_RULES = new Map<string, NameRule>(
  Object.entries({
    Namespace: dnsLabelMistake,
    Service: serviceNameMistake,
    'Job.batch': jobNameMistake,
    'Role.rbac.authorization.k8s.io': pathSegmentMistake,
    'ClusterRole.rbac.authorization.k8s.io': pathSegmentMistake,
    'RoleBinding.rbac.authorization.k8s.io': pathSegmentMistake,
    'ClusterRoleBinding.rbac.authorization.k8s.io': pathSegmentMistake,
  }),
);

/** What else there is to say of some kinds. */
const SPEC_RULES = new Map<string, (object: JsonObject) => string[]>(
  Object.entries({
    ConfigMap: configMistakes,
    'Deployment.apps': (object) => [...workloadMistakes(object), ...selectorMistakes(object)],
    'Job.batch': workloadMistakes,
    'NetworkPolicy.networking.k8s.io': specMistakes,
    PersistentVolume: specMistakes,
    PersistentVolumeClaim: specMistakes,
    'Role.rbac.authorization.k8s.io': roleMistakes,
    'ClusterRole.rbac.authorization.k8s.io': clusterRoleMistakes,
    'CustomResourceDefinition.apiextensions.k8s.io': crdMistakes,
  }),
);

/**
 * What the API server would refuse in an object although it fits its schema: names, labels,
 * annotations, sizes, and references inside the object. Each is a sentence without its object.
 */
export function objectMistakes(object: JsonObject): string[] {
  const kind = kindOf(object);
  if (kind === undefined) return ['`apiVersion` and `kind` must be there'];
  const metadata = mapAt(object, 'metadata');
  return [
    ...nameMistakes(metadata, NAME_RULES.get(kind) ?? dnsSubdomainMistake),
    ...metadataMistakes(metadata, 'metadata'),
    ...(SPEC_RULES.get(kind)?.(object) ?? []),
  ];
}

function kindOf(object: JsonObject): string | undefined {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  if (apiVersion === '' || kind === '') return undefined;
  const group = groupOf(apiVersion);
  return group === '' ? kind : `${kind}.${group}`;
}

function nameMistakes(metadata: JsonObject, rule: NameRule): string[] {
  return [
    ...named('metadata.name', metadata['name'] ?? '', rule),
    ...(metadata['namespace'] === undefined
      ? []
      : named('metadata.namespace', metadata['namespace'], dnsLabelMistake)),
  ];
}

/** Labels and annotations of an object or of a template in it. */
function metadataMistakes(metadata: JsonObject, path: string): string[] {
  const annotations = mapAt(metadata, 'annotations');
  const size = sizeOf(annotations);
  return [
    ...labelsMistakes(mapAt(metadata, 'labels'), `${path}.labels`),
    ...Object.entries(annotations).flatMap(([key, value]) => [
      ...named(`${path}.annotations: the key`, key, annotationKeyMistake),
      ...(typeof value === 'string' ? [] : [`${path}.annotations.${key} must be text`]),
    ]),
    ...(size > ANNOTATIONS_MAX_BYTES
      ? [`${path}.annotations has ${size} bytes, at most ${ANNOTATIONS_MAX_BYTES} are allowed`]
      : []),
  ];
}

/** Nearly all labels are as they must be: only of the others it is said where they are. */
function labelsMistakes(labels: JsonObject, path: string): string[] {
  return Object.entries(labels)
    .filter(([key, value]) => labelKeyMistake(key) ?? mistakeIn(value, labelValueMistake))
    .flatMap(([key, value]) => [
      ...named(`${path}: the key`, key, labelKeyMistake),
      ...named(`${path}.${key}`, value, labelValueMistake),
    ]);
}

/** A name that breaks its rule. */
function named(what: string, value: Json, rule: NameRule): string[] {
  const mistake = mistakeIn(value, rule);
  if (mistake === undefined) return [];
  return [`${what} ${typeof value === 'string' ? `${JSON.stringify(value)} ` : ''}${mistake}`];
}

/** What is no text at all breaks every rule. */
function mistakeIn(value: Json, rule: NameRule): string | undefined {
  return typeof value === 'string' ? rule(value) : 'must be text';
}

/** ValidateConfigMap. */
function configMistakes(object: JsonObject): string[] {
  const data = mapAt(object, 'data');
  const binary = mapAt(object, 'binaryData');
  const size = sizeOf(data) + base64Size(binary);
  return [
    ...[...Object.keys(data), ...Object.keys(binary)].flatMap((key) =>
      named('data: the key', key, configKeyMistake),
    ),
    ...Object.keys(binary)
      .filter((key) => Object.hasOwn(data, key))
      .map((key) => `the key ${JSON.stringify(key)} stands in \`data\` and in \`binaryData\``),
    ...(size > CONFIG_MAX_BYTES
      ? [`its data has ${size} bytes, at most ${CONFIG_MAX_BYTES} are allowed`]
      : []),
  ];
}

/** Bytes of all keys and text values. */
function sizeOf(map: JsonObject): number {
  return Object.entries(map).reduce(
    (sum, [key, value]) =>
      sum + Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
}

function base64Size(map: JsonObject): number {
  return Object.entries(map).reduce(
    (sum, [key, value]) =>
      sum +
      Buffer.byteLength(key) +
      (typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0),
    0,
  );
}

function workloadMistakes(object: JsonObject): string[] {
  const template = mapAt(mapAt(object, 'spec'), 'template');
  return [
    ...metadataMistakes(mapAt(template, 'metadata'), 'spec.template.metadata'),
    ...specMistakes(object),
    ...podMistakes(mapAt(template, 'spec'), 'spec.template.spec'),
  ];
}

/** ValidateDeploymentSpec: the selector is there and matches the template. */
function selectorMistakes(object: JsonObject): string[] {
  const spec = mapAt(object, 'spec');
  const selector = mapAt(mapAt(spec, 'selector'), 'matchLabels');
  const labels = mapAt(mapAt(mapAt(spec, 'template'), 'metadata'), 'labels');
  if (Object.keys(mapAt(spec, 'selector')).length === 0) return ['spec.selector must be there'];
  return Object.entries(selector)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key]) => `spec.selector: \`${key}\` does not match the labels of spec.template`);
}

const LABEL_MAPS: ReadonlySet<string> = new Set(['matchLabels', 'nodeSelector']);

/**
 * Selectors stand in many places of a spec; their names are the same everywhere. Each mistake begins
 * with its path from `value` on, which grows on the way back from there.
 */
function labelMapMistakes(value: Json | undefined): string[] {
  if (isJsonList(value)) {
    return value.flatMap((item, index) =>
      labelMapMistakes(item).map((text) => `[${index}]${text}`),
    );
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const isLabels = LABEL_MAPS.has(key) && isJsonObject(entry);
    const below = isLabels ? labelsMistakes(entry, '') : labelMapMistakes(entry);
    return below.map((text) => `.${key}${text}`);
  });
}

function specMistakes({ spec }: JsonObject): string[] {
  return labelMapMistakes(spec).map((text) => `spec${text}`);
}

function mapAt(holder: JsonObject, key: string): JsonObject {
  const value = holder[key];
  return isJsonObject(value) ? value : {};
}
