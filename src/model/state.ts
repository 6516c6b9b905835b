import type { SolutionSettings } from '../config/environments.ts';
import type { ImageSyncJobs } from '../config/image-sync.ts';
import type { Platform } from '../config/platform.ts';
import type { JudgedChange } from '../crd/waiver.ts';
import type { Notice, Place } from '../errors.ts';
import type { Manifest } from '../kubernetes/read.ts';
import type { Archive } from '../metadata/archive.ts';
import type { FilledGroups } from '../monitoring/filled-rules.ts';

/** The desired state, resolved: every version is one that is imported, every name is final. */
export interface State {
  readonly platform: Platform;
  /** By name. */
  readonly solutions: readonly Solution[];
  /** By Environment, then by Namespace. */
  readonly namespaces: readonly EnvironmentNamespace[];
  /** What the cluster shares: by Solution, then as the archive has them. */
  readonly crds: readonly SharedObject[];
  readonly clusterRoles: readonly SharedObject[];
  /** By CRD, then by version, oldest first. */
  readonly crdUses: readonly CrdUse[];
  readonly imageSync: ImageSync | undefined;
  /** Of the Solutions that ship some, where they are rendered: by Environment, then by Namespace. */
  readonly monitoring: readonly SolutionMonitoring[];
  readonly notices: readonly Notice[];
}

/** A Solution with all its imported versions. */
export interface Solution {
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly Archive[];
  readonly active: Archive | undefined;
}

/** A CustomResourceDefinition or ClusterRole, and the archive that it is taken from. */
export interface SharedObject {
  readonly archive: Archive;
  readonly manifest: Manifest;
  /** `metadata.name` as rendered. */
  readonly name: string;
}

/** A deployed version that has to live with the CRD of another one. */
export interface CrdUse {
  /** As it is rendered. */
  readonly crd: SharedObject;
  /** The version whose own definition is not rendered. */
  readonly archive: Archive;
  /** From its own definition to the rendered one, worst first. */
  readonly changes: readonly JudgedChange[];
  /** Whether nothing breaks, but for what somebody waived. */
  readonly isCompatible: boolean;
}

/** The profiles of hardening, weakest first. */
export const profiles = ['compat', 'baseline', 'restricted'] as const;
export type Profile = (typeof profiles)[number];

/** A Namespace of an Environment. */
export interface EnvironmentNamespace {
  readonly name: string;
  readonly environment: string;
  readonly description: string | undefined;
  /** The weakest profile of its Operators: what Pod Security may ask of the Namespace. */
  readonly profile: Profile;
  /** By name; a Solution without an Operator is listed, too. */
  readonly solutions: readonly { readonly name: string; readonly version: string }[];
  readonly operators: readonly Operator[];
  /** Of the Solutions that have one. */
  readonly uis: readonly Ui[];
}

/** The Operator of one Solution in one Namespace. */
export interface Operator {
  /** `<solution>-operator`. */
  readonly name: string;
  readonly solution: Solution;
  readonly archive: Archive;
  readonly settings: SolutionSettings;
  /** `<registry>/<id>/<name>:<tag>@sha256:<hex>`. */
  readonly image: string;
  readonly profile: Profile;
  /** The uid to set, where the image's own does not do. */
  readonly runAsUser: number | undefined;
  /** The Roles that the archive ships, as they are rendered in this Namespace. */
  readonly roles: readonly { readonly name: string; readonly manifest: Manifest }[];
  readonly bindings: readonly Binding[];
  /** Where it serves its metrics, where somebody collects them. */
  readonly metrics: OperatorMetrics | undefined;
}

/** The metrics of an Operator: what it is told, and the names of what makes them reachable. */
export interface OperatorMetrics {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  readonly path: string;
  /** The Service. */
  readonly service: string;
  /** The Secret with its certificate, and the Certificate that makes it; for https. */
  readonly certificate: string;
  /** The Issuer of that. */
  readonly issuer: string;
}

/** The web page of one Solution in one Namespace. */
export interface Ui {
  /** `<solution>-ui`. */
  readonly name: string;
  /** The name of its Service, which has stricter rules. */
  readonly service: string;
  readonly solution: Solution;
  readonly archive: Archive;
  readonly settings: SolutionSettings;
  /** `<registry>/<id>/<name>:<tag>@sha256:<hex>`. */
  readonly image: string;
  readonly profile: Profile;
  /** The uid to set, where the image's own does not do. */
  readonly runAsUser: number | undefined;
  readonly address: UiAddress;
}

/** Where people reach a UI. */
export interface UiAddress {
  /** Nothing for any host. */
  readonly host: string | undefined;
  /** `/`, or a path without a slash at its end. */
  readonly path: string;
}

/** A RoleBinding of the Operator's Namespace, or a ClusterRoleBinding. */
export interface Binding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  readonly name: string;
  readonly role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string };
}

/** The Jobs that bring the images of archives into the registry. */
export interface ImageSync {
  readonly settings: ImageSyncJobs;
  /** By Solution, oldest version first; at least one. */
  readonly jobs: readonly ImageJob[];
}

/** The Job of one archive. */
export interface ImageJob {
  readonly archive: Archive;
  /** The path of the archive in the folder of the archives. */
  readonly file: string;
  /** Id of the version that probably has the same layers in the registry; one alone has none. */
  readonly mountFrom: string | undefined;
}

/** The dashboards and alerts of one Solution in one Namespace. */
export interface SolutionMonitoring {
  readonly namespace: string;
  readonly environment: string;
  readonly archive: Archive;
  readonly dashboards: readonly PlacedDashboard[];
  readonly alerts: readonly PlacedAlerts[];
}

/** A dashboard, its inputs filled in, its uid and title its own. */
export interface PlacedDashboard {
  /** Of the ConfigMap. */
  readonly name: string;
  /** The name under which Grafana keeps it, another one in each Namespace. */
  readonly file: string;
  /** JSON. */
  readonly text: string;
  /** The vendor's file. */
  readonly place: Place;
}

/** A file of Prometheus rules, its inputs filled in. */
export interface PlacedAlerts {
  /** Of the PrometheusRule. */
  readonly name: string;
  readonly groups: FilledGroups;
  /** The vendor's file. */
  readonly place: Place;
}
