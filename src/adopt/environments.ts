import { version as versionField } from '../config/fields.ts';
import { dnsLabelMistake } from '../kubernetes/names.ts';
import { isReserved } from '../model/placement.ts';
import { compareText } from '../text-order.ts';
import { groupBy, type Found } from './found.ts';
import { versionsOf, type Imported } from './imported.ts';
import { dataOf, type EnvironmentNamespace, type Inventory } from './inventory.ts';
import type { AdoptNotices } from './mistake.ts';
import {
  adoptOperator,
  nameStrangers,
  type AdoptedSolution,
  type Placed,
  type Registry,
} from './operators.ts';

/** An Environment, as environments.yaml is to say it. */
export interface AdoptedEnvironment {
  readonly name: string;
  readonly description: string | undefined;
  /** By name. */
  readonly namespaces: readonly {
    readonly name: string;
    readonly solutions: readonly AdoptedSolution[];
  }[];
}

interface Context {
  readonly inventory: Inventory;
  readonly imported: Imported;
  readonly registry: Registry | undefined;
  readonly notices: AdoptNotices;
}

/**
 * The Environments of a cluster, by name: a Namespace's label says which one it is of, its ConfigMap
 * `metalk8s-environment` what runs there (list_environments in salt/_modules/metalk8s_solutions_k8s.py).
 */
export function environmentsOf(context: Context): AdoptedEnvironment[] {
  const { inventory, notices } = context;
  const namespaces = [...inventory.namespaces.values()]
    .filter((namespace) => isAdoptable(namespace, notices))
    .toSorted((a, b) => compareText(a.environment, b.environment) || compareText(a.name, b.name));
  nameUnclaimed(context);
  nameStrangers(context);
  return [...groupBy(namespaces, ({ environment }) => environment)].map(([name, own]) => ({
    name,
    description: descriptionOf(name, own, notices),
    namespaces: own.map((namespace) => ({
      name: namespace.name,
      solutions: solutionsIn(namespace, context),
    })),
  }));
}

function isAdoptable(
  { name, environment, found }: EnvironmentNamespace,
  notices: AdoptNotices,
): boolean {
  const wrong = dnsLabelMistake(environment);
  if (wrong !== undefined) {
    notices.error(
      'environment-name',
      `the Namespace \`${name}\` is of the Environment ${JSON.stringify(environment)}, a name that ${wrong}`,
      {
        place: found.place,
        hint: `give it another: kubectl label namespace ${name} --overwrite solutions.metalk8s.scality.com/environment=<name>`,
      },
    );
    return false;
  }
  if (!isReserved(name)) return true;
  notices.warn(
    'namespace-reserved',
    `the Namespace \`${name}\` is of the Environment \`${environment}\`, but not for an Environment: it is left out`,
    {
      place: found.place,
      hint: 'it is one of Kubernetes or MetalK8s: deploy its Solutions in a Namespace of their own',
    },
  );
  return false;
}

/** The first one that is not empty counts, as for Salt. */
function descriptionOf(
  environment: string,
  namespaces: readonly EnvironmentNamespace[],
  notices: AdoptNotices,
): string | undefined {
  const said = namespaces.filter(({ description }) => description !== '');
  const [first] = said;
  for (const { name, description, found } of said) {
    if (description === first?.description) continue;
    notices.warn(
      'description-differs',
      `the Namespace \`${name}\` describes the Environment \`${environment}\` as ${JSON.stringify(description)}: that of \`${first?.name ?? ''}\` is kept`,
      {
        place: found.place,
        hint: 'an Environment has one description: change it in environments.yaml',
      },
    );
  }
  return first?.description;
}

/** A ConfigMap in a Namespace whose label is gone. */
function nameUnclaimed({ inventory, notices }: Context): void {
  for (const [namespace, found] of inventory.wanted) {
    if (inventory.namespaces.has(namespace)) continue;
    notices.warn(
      'left-out',
      `the Namespace \`${namespace}\` has a ConfigMap metalk8s-environment, and no label that says of which Environment it is: it is left out`,
      {
        place: found.place,
        hint: `label it: kubectl label namespace ${namespace} solutions.metalk8s.scality.com/environment=<name>; saved files need the Namespace, too`,
      },
    );
  }
}

function solutionsIn(
  { name: namespace }: EnvironmentNamespace,
  context: Context,
): AdoptedSolution[] {
  const found = context.inventory.wanted.get(namespace);
  if (!found) return [];
  return dataOf(found).flatMap(([solution, wanted]) => {
    const placed = { namespace, solution, version: wanted };
    if (!isUnderstood(placed, found, context.notices)) return [];
    const adopted = adoptOperator(placed, context);
    compareWithImported({ ...placed, version: adopted.version }, found, context);
    return [adopted];
  });
}

function isUnderstood(
  { namespace, solution, version }: Placed,
  { place }: Found,
  notices: AdoptNotices,
): boolean {
  const wrong = dnsLabelMistake(solution);
  const isVersion = versionField.safeParse(version).success && version !== 'latest';
  if (wrong === undefined && isVersion) return true;
  const why =
    wrong === undefined
      ? `${JSON.stringify(version)} is no version`
      : `the name of a Solution ${wrong}`;
  notices.warn(
    'not-understood',
    `the entry ${JSON.stringify(solution)} of the ConfigMap metalk8s-environment in \`${namespace}\` is left out: ${why}`,
    { place },
  );
  return false;
}

function compareWithImported(
  { namespace, solution, version }: Placed,
  { place }: Found,
  { imported, notices }: Context,
): void {
  const isKnown = imported.archives.some(
    (archive) => archive.solution === solution && archive.version === version,
  );
  const unread = imported.archives.filter((archive) => archive.solution === undefined).length;
  if (!isKnown && unread === 0) {
    const versions = versionsOf(imported, solution);
    notices.warn(
      'version-unknown',
      `\`${namespace}\` runs ${solution} ${version}, which no archive holds`,
      {
        place,
        hint: `synth will refuse it${versions === '' ? '' : `; imported: ${versions}`}: add the archive of ${version} to solutions.yaml`,
      },
    );
  }
  if (imported.active.has(solution)) return;
  notices.warn(
    'not-active',
    `no version of \`${solution}\` is active, and \`${namespace}\` runs it`,
    {
      place,
      hint: `where it has CRDs, synth wants them: add \`${solution}: ${version}\` under \`active\` in solutions.yaml`,
    },
  );
}
