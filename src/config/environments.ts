import * as z from 'zod';
import { solutionsErrors, throwAll, type Place, type SolutionsError } from '../errors.ts';
import type { Path, YamlDocument } from './document.ts';
import { apiVersion, dnsLabel, hardening, text, version } from './fields.ts';
import { parseAs } from './parse.ts';
import { inputName, inputValue } from './monitoring-input.ts';
import { clusterRoles, env, labels, resources, tolerations } from './pod-fields.ts';
import { isTextAt } from './schema-path.ts';
import { readYaml } from './yaml.ts';

/** uids (IsValidUserID) and replicas alike are 32 bits with a sign. */
const MAX_INT32 = 2 ** 31 - 1;

const uid = z.int().min(0).max(MAX_INT32);

const solution = z.strictObject({
  name: dnsLabel.describe('The name of the Solution'),
  version,
  webhook: z
    .boolean()
    .optional()
    .describe('Mounts the Secret <solution>-cert at /cert, for the webhooks of the Operator'),
  hardening: hardening.optional(),
  runAsUser: uid.optional().describe('The uid of the Operator, where its image has none'),
  replicas: z.int().min(0).max(MAX_INT32).optional().describe('Pods of the Operator, by default 1'),
  strategy: z
    .enum(['RollingUpdate', 'Recreate'])
    .optional()
    .describe('How a new Pod of the Operator replaces the old one'),
  resources: resources.optional().describe('Requests and limits of the Operator'),
  env: env.optional().describe('More environment variables of the Operator'),
  nodeSelector: labels
    .optional()
    .describe('Labels of the nodes that the Operator and the UI may run on'),
  tolerations: tolerations
    .optional()
    .describe('Taints of nodes that the Operator and the UI tolerate'),
  clusterRoleBindings: clusterRoles
    .optional()
    .describe('ClusterRoles of the archive that the Operator has in the whole cluster'),
  ui: z
    .strictObject({
      hardening: hardening.optional(),
      runAsUser: uid.optional().describe('The uid of the UI, where its image has none'),
    })
    .optional()
    .describe('How the UI of the Solution runs, where its archive has one'),
  monitoring: z
    .strictObject({
      inputs: z
        .record(inputName, inputValue)
        .nullish()
        .describe('What ${name} in its dashboards and alerts becomes, by the name of the input'),
    })
    .nullish()
    .describe('The dashboards and alerts of the Solution'),
});

const namespace = z.strictObject({
  name: dnsLabel.describe('The name of the Namespace'),
  solutions: z
    .array(solution)
    .nullish()
    .describe('The Solutions whose Operators run in the Namespace'),
});

/** One document of `environments.yaml`, as people write it. */
export const environmentSchema = z
  .strictObject({
    apiVersion,
    kind: z.literal('Environment'),
    metadata: z.strictObject({ name: dnsLabel.describe('The name of the Environment') }),
    spec: z
      .strictObject({
        description: text.optional().describe('What the Environment is for, in your words'),
        hardening: hardening.optional(),
        namespaces: z
          .array(namespace)
          .nullish()
          .describe('The Namespaces of the Environment; by default one, named as it is'),
      })
      .nullish(),
  })
  .describe('An Environment: Namespaces, and the Solutions whose Operators run in them');

/** The settings of one Solution in one Namespace. */
export type SolutionSettings = z.output<typeof solution> & { readonly place: Place };

/** One Environment, with the places that errors need. */
export interface Environment {
  readonly name: string;
  readonly place: Place;
  readonly description: string | undefined;
  readonly hardening: z.output<typeof hardening> | undefined;
  readonly namespaces: readonly {
    readonly name: string;
    readonly place: Place;
    readonly solutions: readonly SolutionSettings[];
  }[];
}

/**
 * Reads `environments.yaml`: one document an Environment.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place.
 */
export function parseEnvironments(bytes: Uint8Array, file: string): Environment[] {
  const errors: SolutionsError[] = [];
  const environments = readYaml(bytes, { file, isText: isEnvironmentText }).flatMap((document) => {
    try {
      return [toEnvironment(document)];
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return [];
    }
  });
  throwAll(errors);
  return environments;
}

/** Whether the scalar at `path` of a document is text whatever it looks like. */
export function isEnvironmentText(path: Path): boolean {
  return isTextAt(environmentSchema, path);
}

function toEnvironment(document: YamlDocument): Environment {
  const { metadata, spec } = parseAs(environmentSchema, document);
  const namespaces = spec?.namespaces ?? [{ name: metadata.name, solutions: [] }];
  return {
    name: metadata.name,
    place: document.placeOf(['metadata', 'name']),
    description: spec?.description,
    hardening: spec?.hardening,
    namespaces: namespaces.map(({ name, solutions }, n) => {
      const path = ['spec', 'namespaces', n] as const;
      return {
        name,
        place: document.placeOf([...path, 'name']),
        solutions: (solutions ?? []).map((settings, s) => ({
          ...settings,
          place: document.placeOf([...path, 'solutions', s]),
        })),
      };
    }),
  };
}
