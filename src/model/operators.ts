import type { ImageRecord } from '../archive/images.ts';
import { list, type Findings } from './findings.ts';
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
  for (const one of placed) refuseRepositories(one, context.findings);
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
  { findings, platform, rightsOf }: OperatorContext,
): Operator[] {
  const { archive, solution, settings } = placed;
  const wanted = archive.product.operator?.image;
  if (!wanted) {
    reportNoOperator(placed, findings);
    return [];
  }
  if (archive.roles.length === 0) warnNoRoles(placed, findings);
  warnMetrics(placed, platform, findings);
  const rights = rightsOf(placed, namespace);
  const record = imageOf(archive, wanted);
  if (record?.kind !== 'image') {
    reportNoImage(placed, `${wanted.name}:${wanted.tag}`, { record, findings });
    return [];
  }
  const profile = settings.hardening ?? namespace.profile;
  const run = runUnder(profile, usersOf(record), {
    runAsUser: settings.runAsUser,
    holder: 'this Solution',
  });
  if (!run.can) {
    reportCannotRun(placed, run, findings);
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

function reportNoOperator({ archive, settings }: Placed, findings: Findings): void {
  // Dashboards and alerts need no Operator: what of them has no effect is said elsewhere.
  const { name: _name, version: _version, monitoring: _, place, ...others } = settings;
  const used = archive.product.ui ? OF_THE_UI : [];
  if (!archive.product.ui) {
    findings.warn(
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
  findings.warn(
    'ignored-setting',
    `${list(ignored.map(([key]) => `\`${key}\``))} of ${archive.id} has no effect: it has no Operator`,
    { place, hint: `only ${list(useful)} are of use here: remove the others` },
  );
}

/** Once an archive: the sentence names no Namespace. */
function warnNoRoles({ archive, settings }: Placed, findings: Findings): void {
  findings.warn(
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
  { record, findings }: { readonly record: ImageRecord | undefined; readonly findings: Findings },
): void {
  const why = record ? 'is no container image' : 'is not there';
  findings.sharedError(
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
  findings: Findings,
): void {
  findings.error('operator-cannot-run', `the Operator of ${archive.id} cannot run: ${why}`, {
    place: settings.place,
    hint,
  });
}

/** The Operator is told the repositories of every imported version, not only of its own. */
function refuseRepositories({ archive, solution, settings }: Placed, findings: Findings): void {
  const { operator, ui } = archive.product;
  if (!operator && !ui) return;
  for (const { id, product } of solution.versions) {
    if (product.idMistake === undefined) continue;
    findings.sharedError(
      'bad-repository',
      `the images of ${id} have no repository: ${product.idMistake}`,
      {
        place: settings.place,
        hint: `the vendor must change it; without that archive in solutions.yaml \`${solution.name}\` can be used`,
      },
    );
  }
}
