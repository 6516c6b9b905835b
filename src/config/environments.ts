import { z } from 'zod';
import { solutionsErrors, throwAll, type Place, type SolutionsError } from '../errors.ts';
import {
  apiVersion,
  dnsLabel,
  env,
  hardening,
  labels,
  resources,
  text,
  tolerations,
  version,
} from './fields.ts';
import { parseAs } from './parse.ts';
import { readYaml, type Path, type YamlDocument } from './yaml.ts';

const solution = z.strictObject({
  name: dnsLabel,
  version,
  webhook: z
    .boolean()
    .optional()
    .describe('Mounts the Secret <solution>-cert at /cert, for the webhooks of the Operator'),
  hardening: hardening.optional(),
  runAsUser: z
    .int()
    .min(0)
    .optional()
    .describe('The uid of the Operator, where its image has none'),
  replicas: z.int().min(0).optional(),
  strategy: z.enum(['RollingUpdate', 'Recreate']).optional(),
  resources: resources.optional(),
  env: env.optional(),
  nodeSelector: labels.optional(),
  tolerations: tolerations.optional(),
  clusterRoleBindings: z
    .array(z.string().min(1))
    .optional()
    .describe('ClusterRoles of the archive that the Operator has in the whole cluster'),
});

const namespace = z.strictObject({
  name: dnsLabel,
  solutions: z.array(solution).nullish(),
});

/** One document of `environments.yaml`, as people write it. */
export const environmentSchema = z
  .strictObject({
    apiVersion,
    kind: z.literal('Environment'),
    metadata: z.strictObject({ name: dnsLabel }),
    spec: z
      .strictObject({
        description: text.optional(),
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
  const environments = readYaml(bytes, { file, isText }).flatMap((document) => {
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

function isText(path: Path): boolean {
  return path.at(-1) === 'version';
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
