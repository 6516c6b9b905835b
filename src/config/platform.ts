import * as z from 'zod';
import type { Place } from '../errors.ts';
import {
  REGISTRY_HOST_FORM,
  registryHostMistake,
  REPOSITORY_COMPONENT,
  repositoryMistake,
} from '../oci/name.ts';
import { crdWaiversSchema, toCrdWaivers, type CrdWaiver } from './crd-waivers.ts';
import type { Path } from './document.ts';
import { apiVersion, checked, hardening, optionalObjectName } from './fields.ts';
import { gitopsSchema, toGitops, type Gitops } from './gitops.ts';
import { imageAdmissionSchema, toImageAdmission, type ImageAdmission } from './image-admission.ts';
import { imageSyncSchema, toImageSync, type ImageSync } from './image-sync.ts';
import { ingressSchema, toIngress, type Ingress } from './ingress.ts';
import { monitoringSchema, toMonitoring, type Monitoring } from './monitoring.ts';
import { networkSchema, sortedCidrs, toNetwork, type Network } from './network.ts';
import { readSole } from './sole-document.ts';
import { toWaivers, waiversSchema, type Waiver } from './waivers.ts';
import { toTrust, trustSchema, type Trust } from './trust.ts';

/** MetalK8s' own registry: read-only, resolved by the containerd of its nodes. */
export const METALK8S_REGISTRY = 'metalk8s-registry-from-config.invalid';

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
              .describe(
                'A Secret of type kubernetes.io/dockerconfigjson in each Namespace, metalk8s-solutions too',
              ),
            plainHTTP: z.boolean().optional().describe('The registry speaks HTTP without TLS'),
          })
          .nullish(),
        imageSync: imageSyncSchema
          .nullish()
          .describe('Jobs that bring the images of the archives into the registry'),
        imageAdmission: imageAdmissionSchema
          .nullish()
          .describe('Whether the API server admits only images of the archives'),
        network: networkSchema
          .nullish()
          .describe('What a NetworkPolicy cannot know, because it knows no names of hosts'),
        monitoring: monitoringSchema
          .nullish()
          .describe('What monitors the cluster; by default nothing that Solutions could use'),
        ingress: ingressSchema.nullish().describe('Where people reach the UIs of Solutions'),
        hardening: hardening.optional(),
        podSecurity: z
          .strictObject({
            enforce: z
              .boolean()
              .optional()
              .describe('Enforces the profile in the Namespaces of Environments, too'),
          })
          .nullish(),
        crdWaivers: crdWaiversSchema
          .nullish()
          .describe('Changes of CRDs that break something, and are right all the same'),
        trust: trustSchema.nullish().describe('Whose signatures of archives count'),
        waivers: waiversSchema
          .nullish()
          .describe('What `solutions check` finds in manifests, and is right all the same'),
        gitops: gitopsSchema.nullish().describe('Who applies out/, where people do not'),
      })
      .nullish(),
  })
  .describe('What the cluster is like');

/** What the cluster is like, with the defaults filled in. */
export interface Platform {
  readonly registry: {
    /** `<endpoint>[/<base>]`: what stands before `/<id>/<image>`. */
    readonly prefix: string;
    readonly port: number;
    readonly pullSecret: string | undefined;
    readonly isPlainHttp: boolean;
    /** MetalK8s' own serves the mounted archives: nothing can be pushed to it. */
    readonly isReadOnly: boolean;
    /** The networks that it is in; none where nobody said. */
    readonly cidrs: readonly string[];
  };
  readonly imageSync: ImageSync;
  readonly imageAdmission: ImageAdmission;
  readonly network: Network;
  readonly monitoring: Monitoring;
  readonly ingress: Ingress;
  readonly hardening: z.output<typeof hardening>;
  readonly enforcePodSecurity: boolean;
  readonly gitops: Gitops;
  readonly crdWaivers: readonly CrdWaiver[];
  readonly waivers: readonly Waiver[];
  readonly trust: Trust;
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
  const { spec } = sole?.value ?? {};
  const placeOf = (...path: Path) => sole?.document.placeOf(path) ?? { file };
  return toPlatform(spec ?? {}, placeOf);
}

function toPlatform(spec: PlatformSpec, placeOf: (...path: Path) => Place): Platform {
  const said = spec.imageSync ? ['imageSync'] : ['registry', 'endpoint'];
  return {
    registry: toRegistry(spec),
    imageSync: toImageSync(spec.imageSync, placeOf('spec', ...said)),
    imageAdmission: toImageAdmission(spec.imageAdmission),
    network: toNetwork(spec.network),
    monitoring: toMonitoring(spec.monitoring, placeOf('spec', 'monitoring')),
    ingress: toIngress(spec.ingress),
    hardening: spec.hardening ?? 'restricted',
    enforcePodSecurity: spec.podSecurity?.enforce ?? false,
    gitops: toGitops(spec.gitops),
    crdWaivers: toCrdWaivers(spec.crdWaivers, (index) => placeOf('spec', 'crdWaivers', index)),
    waivers: toWaivers(spec.waivers, (index) => placeOf('spec', 'waivers', index)),
    trust: toTrust(spec.trust, (...path) => placeOf('spec', 'trust', ...path)),
  };
}

function toRegistry({ registry, network }: PlatformSpec): Platform['registry'] {
  const host = registry?.endpoint ?? METALK8S_REGISTRY;
  const isPlainHttp = registry?.plainHTTP ?? false;
  const [, port] = /:([0-9]+)$/u.exec(host) ?? [];
  return {
    prefix: registry?.base ? `${host}/${registry.base}` : host,
    port: Number(port ?? (isPlainHttp ? 80 : 443)),
    pullSecret: registry?.pullSecret || undefined,
    isPlainHttp,
    isReadOnly: host === METALK8S_REGISTRY,
    cidrs: sortedCidrs(network?.registryCIDRs),
  };
}
