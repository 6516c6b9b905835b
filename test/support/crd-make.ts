import { readManifests } from '../../src/kubernetes/read.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';

/** A CustomResourceDefinition as the program reads it from a file. */
export function readCrd(text: string): JsonObject {
  const [manifest] = readManifests(Buffer.from(text), 'a_crd.yaml');
  if (!manifest) throw new Error('there is no CRD in the text');
  return manifest.value;
}

/** A version in flow style: served and stored; `schema` is that of the whole object. */
export function crdVersion(name: string, schema = '{type: object}', more = ''): string {
  const settings = /(?:^|, )(?:served|storage):/u.test(more) ? '' : ', served: true, storage: true';
  return `{name: ${name}${settings}${more === '' ? '' : `, ${more}`}, schema: {openAPIV3Schema: ${schema}}}`;
}

interface CrdText {
  readonly group?: string;
  readonly scope?: string;
  /** In flow style, without braces. */
  readonly names?: string;
  /** Each in flow style. */
  readonly versions?: readonly string[];
  /** More lines of `spec`, in flow style. */
  readonly more?: string;
}

/** The CRD of `shops.example.com`, with one version `v1` unless it is said otherwise. */
export function makeCrd(text: CrdText = {}): JsonObject {
  const { group = 'example.com', scope = 'Namespaced', more = '' } = text;
  const { names = 'plural: shops, kind: Shop', versions = [crdVersion('v1')] } = text;
  return readCrd(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec: {group: ${group}, scope: ${scope}, names: {${names}}, versions: [${versions.join(', ')}]${more === '' ? '' : `, ${more}`}}
`);
}

/** The CRD whose `v1` has this schema for the field `spec.a`. */
export function crdOfField(schema: string): JsonObject {
  return crdOfSpec(`{type: object, properties: {a: ${schema}}}`);
}

/** The CRD whose `v1` has this schema for `spec`. */
export function crdOfSpec(schema: string): JsonObject {
  const root = `{type: object, properties: {spec: ${schema}}}`;
  return makeCrd({ versions: [crdVersion('v1', root)] });
}
