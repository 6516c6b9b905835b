import { z } from 'zod';
import {
  REGISTRY_HOST_FORM,
  registryHostMistake,
  REPOSITORY_COMPONENT,
  repositoryMistake,
} from '../oci/name.ts';
import { apiVersion, checked, hardening, optionalObjectName } from './fields.ts';
import { readSole } from './sole-document.ts';

/** MetalK8s' own registry: read-only, resolved by the containerd of its nodes. */
const METALK8S_REGISTRY = 'metalk8s-registry-from-config.invalid';

const COMPONENT = REPOSITORY_COMPONENT.source.slice('^'.length, -'$'.length);

const endpoint = checked(registryHostMistake, { pattern: REGISTRY_HOST_FORM, maxLength: 255 });

const base = checked((text) => (text === '' ? undefined : repositoryMistake(text)), {
  pattern: `^$|^${COMPONENT}(?:/${COMPONENT})*$`,
  maxLength: 255,
});

/** `platform.yaml`, as people write it. */
export const platformSchema = z
  .strictObject({
    apiVersion,
    kind: z.literal('Platform'),
    spec: z
      .strictObject({
        registry: z
          .strictObject({
            endpoint: endpoint
              .optional()
              .describe(
                'Host and port of the registry that the nodes pull from; MetalK8s has its own',
              ),
            base: base
              .optional()
              .describe('A path above all repositories, such as a Harbor project'),
            pullSecret: optionalObjectName
              .optional()
              .describe('A Secret of type kubernetes.io/dockerconfigjson in each Namespace'),
          })
          .nullish(),
        hardening: hardening.optional(),
        podSecurity: z
          .strictObject({
            enforce: z
              .boolean()
              .optional()
              .describe('Enforces the profile in the Namespaces of Environments, too'),
          })
          .nullish(),
        gitops: z
          .strictObject({
            agent: z
              .enum(['none', 'argocd', 'flux'])
              .optional()
              .describe('Whose annotations the manifests carry'),
          })
          .nullish(),
      })
      .nullish(),
  })
  .describe('What the cluster is like');

/** What the cluster is like, with the defaults filled in. */
export interface Platform {
  readonly registry: {
    /** `<endpoint>[/<base>]`: what stands before `/<id>/<image>`. */
    readonly prefix: string;
    readonly pullSecret: string | undefined;
  };
  readonly hardening: z.output<typeof hardening>;
  readonly enforcePodSecurity: boolean;
  readonly agent: 'none' | 'argocd' | 'flux';
}

type PlatformSpec = NonNullable<z.output<typeof platformSchema>['spec']>;

/**
 * Reads `platform.yaml`; an empty or absent file is a MetalK8s cluster.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place.
 */
export function parsePlatform(bytes: Uint8Array, file: string): Platform {
  const sole = readSole(platformSchema, bytes, {
    file,
    hint: 'one repository describes one cluster',
  });
  return toPlatform(sole?.value.spec ?? {});
}

function toPlatform({ registry, hardening: profile, podSecurity, gitops }: PlatformSpec): Platform {
  const host = registry?.endpoint ?? METALK8S_REGISTRY;
  return {
    registry: {
      prefix: registry?.base ? `${host}/${registry.base}` : host,
      pullSecret: registry?.pullSecret || undefined,
    },
    hardening: profile ?? 'restricted',
    enforcePodSecurity: podSecurity?.enforce ?? false,
    agent: gitops?.agent ?? 'none',
  };
}
