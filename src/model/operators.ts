import type { ImageRecord } from '../archive/images.ts';
import { list, type Notices } from './notices.ts';
import { operatorMetrics, warnMetrics } from './metrics.ts';
import { imageOf, pinned, runUnder, usersOf, type Run } from './operator-image.ts';
import { operatorRights, type RightsContext } from './operator-rights.ts';
import type { Placed, WantedNamespace } from './placement.ts';
import { profiles, type EnvironmentNamespace, type Operator } from './state.ts';
import { solutionUis, type UisOf } from './ui.ts';

interface OperatorContext extends RightsContext {
  readonly rightsOf: ReturnType<typeof operatorRights>;
  readonly uisOf: UisOf;
}

/** The Operators and UIs of all Namespaces: which image runs as whom, with which rights. */
export function placeOperators(
  namespaces: readonly WantedNamespace[],
  context: RightsContext,
): EnvironmentNamespace[] {
  const rightsOf = operatorRights(namespaces, context);
  const uisOf = solutionUis(namespaces, context);
  return namespaces.map((namespace) => operatorsOf(namespace, { ...context, rightsOf, uisOf }));
}

function operatorsOf(namespace: WantedNamespace, context: OperatorContext): EnvironmentNamespace {
  const { name, environment, placed } = namespace;
  for (const one of placed) refuseRepositories(one, context.notices);
  const operators = placed.flatMap((one) => operatorOf(one, namespace, context));
  const uis = context.uisOf(namespace);
  const weakest = Math.min(
    ...[namespace, ...operators, ...uis].map(({ profile }) => profiles.indexOf(profile)),
  );
  return {
    name,
    environment: environment.name,
    description: environment.description,
    profile: profiles[weakest] ?? namespace.profile,
    solutions: placed.map(({ solution, archive }) => ({
      name: solution.name,
      version: archive.version,
    })),
    operators,
    uis,
  };
}

function operatorOf(
  placed: Placed,
  namespace: WantedNamespace,
  { notices, platform, rightsOf }: OperatorContext,
): Operator[] {
  const { archive, solution, settings } = placed;
  const wanted = archive.product.operator?.image;
  if (!wanted) {
    reportNoOperator(placed, notices);
    return [];
  }
  if (archive.roles.length === 0) warnNoRoles(placed, notices);
  warnMetrics(placed, platform, notices);
  const rights = rightsOf(placed, namespace);
  const record = imageOf(archive, wanted);
  if (record?.kind !== 'image') {
    reportNoImage(placed, `${wanted.name}:${wanted.tag}`, { record, notices });
    return [];
  }
  const profile = settings.hardening ?? namespace.profile;
  const run = runUnder(profile, usersOf(record), {
    runAsUser: settings.runAsUser,
    holder: 'this Solution',
  });
  if (!run.can) {
    reportCannotRun(placed, run, notices);
    return [];
  }
  return [
    {
      name: `${solution.name}-operator`,
      solution,
      archive,
      settings,
      image: pinned(platform, archive, record),
      profile,
      runAsUser: run.runAsUser,
      ...rights,
      metrics: operatorMetrics(archive, platform),
    },
  ];
}

/** What settings there are to a UI alone. */
const OF_THE_UI = ['hardening', 'nodeSelector', 'tolerations', 'ui'];

function reportNoOperator({ archive, settings }: Placed, notices: Notices): void {
  // Dashboards and alerts need no Operator: what of them has no effect is said elsewhere.
  const { name: _name, version: _version, monitoring: _, place, ...others } = settings;
  const used = archive.product.ui ? OF_THE_UI : [];
  if (!archive.product.ui) {
    notices.warn(
      'no-operator',
      `${archive.id} has no Operator: nothing of it runs in an Environment`,
      { place, hint: 'its images are for other Solutions to use' },
    );
  }
  const ignored = Object.entries(others).filter(
    ([key, value]) => value !== undefined && !used.includes(key),
  );
  if (ignored.length === 0) return;
  const useful = ['name', 'version', ...used].map((key) => `\`${key}\``);
  notices.warn(
    'ignored-setting',
    `${list(ignored.map(([key]) => `\`${key}\``))} of ${archive.id} has no effect: it has no Operator`,
    { place, hint: `only ${list(useful)} are of use here: remove the others` },
  );
}

/** Once an archive: the sentence names no Namespace. */
function warnNoRoles({ archive, settings }: Placed, notices: Notices): void {
  notices.warn(
    'no-roles',
    `${archive.id} has an Operator and no role in operator/deploy/role.yaml`,
    {
      place: settings.place,
      hint: `its ServiceAccount \`${archive.name}-operator\` may do nothing: bind a role to it, or ask the vendor which it needs`,
    },
  );
}

function reportNoImage(
  { archive, settings }: Placed,
  image: string,
  { record, notices }: { readonly record: ImageRecord | undefined; readonly notices: Notices },
): void {
  const why = record ? 'is no container image' : 'is not there';
  notices.sharedError(
    'operator-image-missing',
    `the image of the Operator of ${archive.id}, ${image}, ${why} in the archive`,
    {
      place: settings.place,
      hint: 'the vendor must add it to `images/`, or correct `spec.operator.image`',
    },
  );
}

function reportCannotRun(
  { archive, settings }: Placed,
  { why, hint }: Extract<Run, { can: false }>,
  notices: Notices,
): void {
  notices.error('operator-cannot-run', `the Operator of ${archive.id} cannot run: ${why}`, {
    place: settings.place,
    hint,
  });
}

/** The Operator is told the repositories of every imported version, not only of its own. */
function refuseRepositories({ archive, solution, settings }: Placed, notices: Notices): void {
  const { operator, ui } = archive.product;
  if (!operator && !ui) return;
  for (const { id, product } of solution.versions) {
    if (product.idMistake === undefined) continue;
    notices.sharedError(
      'bad-repository',
      `the images of ${id} have no repository: ${product.idMistake}`,
      {
        place: settings.place,
        hint: `the vendor must change it; without that archive in solutions.yaml \`${solution.name}\` can be used`,
      },
    );
  }
}
