import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import { Issuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Issuer';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import * as client from '@kubernetes/client-node';
import { ValidatingAdmissionPolicy } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy';
import { ValidatingAdmissionPolicyBinding } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding';
import { CustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { PersistentVolume } from 'kubernetes-models/v1/PersistentVolume';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import * as z from 'zod';
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../src/kubernetes/value.ts';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  new (data?: never): { validate(): void };
}

/** Every kind that may be rendered; the schemas know its types and required fields. */
const kinds: readonly Kind[] = [
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  CustomResourceDefinition,
  Deployment,
  Ingress,
  Job,
  Namespace,
  NetworkPolicy,
  PersistentVolume,
  PersistentVolumeClaim,
  Role,
  RoleBinding,
  Service,
  ServiceAccount,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
];

/** Kinds of other operators, whose fields no client of Kubernetes knows. */
const kindsOfOthers: readonly Kind[] = [Certificate, Issuer, PrometheusRule, ServiceMonitor];

/**
 * What a strict API server would find wrong with the shape of an object: an unknown apiVersion or
 * kind, a wrong type, a missing field (kubernetes-models), an unknown field at any depth of
 * Kubernetes' own kinds (the attributes of @kubernetes/client-node).
 */
export function schemaMistakes(object: JsonObject): string[] {
  const { apiVersion, kind } = object;
  const isOf = (one: Kind) => one.apiVersion === apiVersion && one.kind === kind;
  const other = kindsOfOthers.find(isOf);
  if (other) {
    const metadata = walk(object['metadata'] ?? null, 'V1ObjectMeta', 'metadata');
    return [...modelMistakes(other, object), ...metadata];
  }
  const found = kinds.find(isOf);
  if (!found) return [`no schema for ${JSON.stringify(apiVersion)} ${JSON.stringify(kind)}`];
  return [...modelMistakes(found, object), ...walk(object, `V1${found.kind}`, '')];
}

function modelMistakes(kind: Kind, object: JsonObject): string[] {
  const model: unknown = Reflect.construct(kind, [plain(object)]);
  try {
    if (model instanceof kind) model.validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** 64-bit numbers as the numbers that the schemas know. */
function plain(value: Json): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isJsonList(value)) return value.map(plain);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

const attributes = z.array(z.object({ baseName: z.string(), type: z.string() }));
const known = new Map<string, ReadonlyMap<string, string> | undefined>();

/** The fields of a type of the client, with the type of each; nothing for text, numbers and `any`. */
function fieldsOf(type: string): ReadonlyMap<string, string> | undefined {
  if (known.has(type)) return known.get(type);
  const model: unknown = Reflect.get(client, type);
  const list: unknown =
    typeof model === 'function' &&
    'getAttributeTypeMap' in model &&
    typeof model.getAttributeTypeMap === 'function'
      ? model.getAttributeTypeMap()
      : undefined;
  const fields =
    list === undefined
      ? undefined
      : new Map(attributes.parse(list).map(({ baseName, type: of }) => [baseName, of]));
  known.set(type, fields);
  return fields;
}

/** Fields of a schema that are a schema, or a boolean or a list, which the client calls `any`. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'additionalItems',
]);

/** Types that are text or a number, whatever their fields are called. */
const SCALARS: ReadonlySet<string> = new Set([
  'string',
  'number',
  'boolean',
  'Date',
  'IntOrString',
  'V1MicroTime',
]);

function walk(value: Json, type: string, path: string): string[] {
  if (value === null || type === 'any' || type === 'object') return [];
  const item = /^Array<(?<type>.+)>$/u.exec(type)?.groups?.['type'];
  if (item !== undefined) {
    if (!isJsonList(value)) return [`${path} must be a list`];
    return value.flatMap((one, index) => walk(one, item, `${path}[${index}]`));
  }
  const entry = /^\{ \[key: string\]: (?<type>.+); \}$/u.exec(type)?.groups?.['type'];
  if (entry !== undefined) {
    if (!isJsonObject(value)) return [`${path} must be a map`];
    return Object.entries(value).flatMap(([key, one]) => walk(one, entry, `${path}.${key}`));
  }
  if (SCALARS.has(type)) return typeof value === 'object' ? [`${path} must be no map or list`] : [];
  return walkModel(value, type, path);
}

function walkModel(value: Json, type: string, path: string): string[] {
  const fields = fieldsOf(type);
  if (!fields) return [`${path}: the client does not know the type ${type}`];
  if (!isJsonObject(value)) return [`${path} must be a map`];
  return Object.entries(value).flatMap(([key, one]) => {
    const field = fields.get(key);
    if (field === undefined) return [`${path}.${key} is no field of ${type}`];
    const isSchema = type === 'V1JSONSchemaProps' && SCHEMA_FIELDS.has(key) && isJsonObject(one);
    return walk(one, isSchema ? type : field, `${path}.${key}`);
  });
}
