import { z } from 'zod';
import { SolutionsError } from '../errors.ts';
import { apiVersion, dnsLabel, hardening } from './fields.ts';
import { parseAs } from './parse.ts';
import { readYaml } from './yaml.ts';

/** MetalK8s' own registry: read-only, resolved by the containerd of its nodes. */
const METALK8S_REGISTRY = 'metalk8s-registry-from-config.invalid';

const endpoint = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]{1,5})?$/iu, {
  message: 'expected a registry host with an optional port, such as registry.example:5000',
});

const base = z.string().regex(/^(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/|$))*(?<!\/)$/u, {
  message: 'expected a repository path in lower case, without a slash at either end',
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
            endpoint: endpoint.optional(),
            base: base
              .optional()
              .describe('A path above all repositories, such as a Harbor project'),
            pullSecret: z
              .union([z.literal(''), dnsLabel])
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
  const [document, ...more] = readYaml(bytes, { file });
  if (document === undefined) return toPlatform({});
  const [extra] = more;
  if (extra) {
    throw new SolutionsError('a second document, expected one', {
      code: 'schema',
      place: extra.placeOf([]),
      hint: 'one repository describes one cluster',
    });
  }
  return toPlatform(parseAs(platformSchema, document).spec ?? {});
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
