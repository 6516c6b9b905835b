import {
  fieldOf,
  isJsonList,
  isJsonObject,
  nameOf,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import type { Edit } from './edit-solutions.ts';
import { editYaml } from './edit.ts';
import { isEnvironmentText } from './environments.ts';

/** A new Environment, as it is written. */
interface NewEnvironment {
  readonly name: string;
  readonly description: string | undefined;
  readonly namespace: string;
}

/** A Namespace of an Environment. */
export interface NamespaceOf {
  readonly environment: string;
  readonly namespace: string;
}

/** A Solution as a command places it: its other settings stay what they are. */
export interface PlacedVersion {
  readonly name: string;
  readonly version: string;
  /** Sets the flag; it is never taken away. */
  readonly webhook: boolean;
}

/**
 * Writes an Environment with one Namespace, as the last document.
 *
 * @throws SolutionsError, in this file: those of {@link editYaml}.
 */
export function addEnvironment({ name, description, namespace }: NewEnvironment): Edit {
  const document: JsonObject = {
    apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
    kind: 'Environment',
    metadata: { name },
    spec: {
      ...(description === undefined ? {} : { description }),
      namespaces: [{ name: namespace }],
    },
  };
  return editDocuments((documents) => [...documents, document]);
}

/** Takes the document of an Environment away. */
export function removeEnvironment(name: string): Edit {
  return editDocuments((documents) => documents.filter((document) => !isNamed(document, name)));
}

/** Sets the description of an Environment. */
export function describeEnvironment(name: string, description: string): Edit {
  return editEnvironment(name, (document) => ({
    ...document,
    spec: { ...specOf(document), description },
  }));
}

/** Adds a Namespace to an Environment that is there. */
export function addNamespace({ environment, namespace }: NamespaceOf): Edit {
  return editNamespaces(environment, (namespaces) => [...namespaces, { name: namespace }]);
}

/** Takes a Namespace out of an Environment, which stays. */
export function removeNamespace({ environment, namespace }: NamespaceOf): Edit {
  return editNamespaces(environment, (namespaces) =>
    namespaces.filter((one) => textOf(fieldOf(one, 'name')) !== namespace),
  );
}

/** Places a version of a Solution in a Namespace, or changes the version that is there. */
export function placeSolution(where: NamespaceOf, { name, version, webhook }: PlacedVersion): Edit {
  const flag: JsonObject = webhook ? { webhook } : {};
  return editPlaced(where, (solutions) => {
    const isThere = solutions.some((one) => isSolution(one, name));
    if (!isThere) return [...solutions, { name, version, ...flag }];
    return solutions.map((one) =>
      isJsonObject(one) && isSolution(one, name) ? { ...one, version, ...flag } : one,
    );
  });
}

/** Takes a Solution out of a Namespace. */
export function unplaceSolution(where: NamespaceOf, name: string): Edit {
  return editPlaced(where, (solutions) => solutions.filter((one) => !isSolution(one, name)));
}

function isSolution(value: Json, name: string): boolean {
  return textOf(fieldOf(value, 'name')) === name;
}

type ListChange = (list: readonly Json[]) => readonly Json[];

function editPlaced({ environment, namespace }: NamespaceOf, change: ListChange): Edit {
  return editNamespaces(environment, (namespaces) =>
    namespaces.map((one) => {
      if (!isJsonObject(one) || textOf(one['name']) !== namespace) return one;
      return { ...one, solutions: change(listOf(one['solutions'])) };
    }),
  );
}

/** An Environment that names no Namespace has one of its own name. */
function editNamespaces(environment: string, change: ListChange): Edit {
  return editEnvironment(environment, (document) => {
    const spec = specOf(document);
    const written = fieldOf(spec, 'namespaces');
    const namespaces = isJsonList(written) ? written : [{ name: environment }];
    return { ...document, spec: { ...spec, namespaces: change(namespaces) } };
  });
}

function editEnvironment(name: string, change: (document: JsonObject) => JsonObject): Edit {
  return editDocuments((documents) =>
    documents.map((document) =>
      isJsonObject(document) && isNamed(document, name) ? change(document) : document,
    ),
  );
}

function editDocuments(change: ListChange): Edit {
  return (bytes) =>
    editYaml(bytes, { file: 'environments.yaml', isText: isEnvironmentText }, change);
}

function isNamed(document: Json, name: string): boolean {
  return isJsonObject(document) && nameOf(document) === name;
}

function specOf(document: JsonObject): JsonObject {
  const spec = fieldOf(document, 'spec');
  return isJsonObject(spec) ? spec : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return isJsonList(value) ? value : [];
}
