import type { Platform } from '../config/platform.ts';
import { didYouMean } from '../config/spelling.ts';
import type { Archive } from '../metadata/archive.ts';
import { nameOf } from '../kubernetes/value.ts';
import type { Findings } from './findings.ts';
import { operatorImage, repositoryOf, runUnder, usersOf } from './operator-image.ts';
import type { Placed, WantedNamespace } from './placement.ts';
import { bindingNames, list, namespaceRoleNames, rolesOf, type ClusterRoles } from './rights.ts';
import { rightsNotGiven } from './scope.ts';
import { profiles, type Binding, type EnvironmentNamespace, type Operator } from './state.ts';

interface Context {
  readonly platform: Platform;
  readonly roles: ClusterRoles;
  readonly findings: Findings;
}

interface NamespaceContext extends Context {
  readonly namespace: WantedNamespace;
  readonly roleName: ReturnType<typeof namespaceRoleNames>;
}

/** The Operators of a Namespace: which image runs as whom, with which rights. */
export function operatorsOf(namespace: WantedNamespace, context: Context): EnvironmentNamespace {
  const { name, environment, placed } = namespace;
  const roleName = namespaceRoleNames(
    name,
    placed.map(({ archive }) => archive),
    context.findings,
  );
  const operators = placed.flatMap((one) => operatorOf(one, { ...context, namespace, roleName }));
  const weakest = Math.min(
    ...[namespace, ...operators].map(({ profile }) => profiles.indexOf(profile)),
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
  };
}

function operatorOf(placed: Placed, context: NamespaceContext): Operator[] {
  const { archive, solution, settings } = placed;
  const { findings, platform } = context;
  const wantedImage = archive.product.operator?.image;
  if (!wantedImage) {
    reportNoOperator(placed, findings);
    return [];
  }
  const record = operatorImage(archive);
  if (record?.kind !== 'image') {
    findings.error(
      'operator-image-missing',
      `the image of the Operator, ${wantedImage.name}:${wantedImage.tag}, is not in ${archive.id}`,
      {
        place: settings.place,
        hint: 'the vendor must add it to `images/`, or correct `spec.operator.image`',
      },
    );
    return [];
  }
  for (const version of solution.versions) refuseRepository(version, placed, findings);
  const profile = settings.hardening ?? context.namespace.profile;
  const run = runUnder(profile, usersOf(record), settings.runAsUser);
  if (!run.can) {
    findings.error('operator-cannot-run', `the Operator of ${archive.id} cannot run: ${run.why}`, {
      place: settings.place,
      hint: run.hint,
    });
    return [];
  }
  return [
    {
      name: `${solution.name}-operator`,
      solution,
      archive,
      settings,
      image: `${repositoryOf(platform, archive)}/${record.name}:${record.tag}@${record.digest}`,
      profile,
      runAsUser: run.runAsUser,
      roles: rolesOf(archive, 'Role').map((manifest) => ({
        name: context.roleName(archive, nameOf(manifest.value)),
        manifest,
      })),
      bindings: [...roleBindings(placed, context), ...clusterRoleBindings(placed, context)],
    },
  ];
}

function reportNoOperator({ archive, settings }: Placed, findings: Findings): void {
  findings.warn(
    'no-operator',
    `${archive.id} has no Operator: nothing of it runs in an Environment`,
    {
      place: settings.place,
      hint: 'its images are for other Solutions to use',
    },
  );
}

/** The Operator is told the repositories of every imported version, not only of its own. */
function refuseRepository(
  { id, product }: Archive,
  { settings }: Placed,
  findings: Findings,
): void {
  if (product.idMistake === undefined) return;
  findings.error(
    'bad-repository',
    `no registry accepts the repository \`${id}\`: ${product.idMistake}`,
    {
      place: settings.place,
      hint: 'the vendor must change it; without that archive in solutions.yaml the Solution can be used',
    },
  );
}

function roleBindings(
  { archive, solution, settings }: Placed,
  context: NamespaceContext,
): Binding[] {
  const bindingName = bindingNames(solution.name, solution.versions);
  const everywhere = new Set(settings.clusterRoleBindings);
  return archive.roles.map((manifest): Binding => {
    const shipped = nameOf(manifest.value);
    const kind = manifest.value['kind'] === 'Role' ? 'Role' : 'ClusterRole';
    const name =
      kind === 'Role' ? context.roleName(archive, shipped) : context.roles.nameIn(archive, shipped);
    if (kind === 'ClusterRole' && !everywhere.has(shipped)) {
      const missing = rightsNotGiven(manifest, archive.crds);
      if (missing.length > 0) {
        context.findings.warn(
          'rights-not-given',
          `the ClusterRole \`${shipped}\` of ${archive.id} grants what a RoleBinding cannot give: ${list(missing)}`,
          {
            place: settings.place,
            hint: `if the Operator needs it, add \`clusterRoleBindings: [${shipped}]\` to the Solution in environments.yaml`,
          },
        );
      }
    }
    return { kind: 'RoleBinding', name: bindingName(kind, name), role: { kind, name } };
  });
}

function clusterRoleBindings({ archive, settings }: Placed, context: NamespaceContext): Binding[] {
  const shipped = rolesOf(archive, 'ClusterRole').map(({ value }) => nameOf(value));
  return [...new Set(settings.clusterRoleBindings)].toSorted().flatMap((role): Binding[] => {
    if (!shipped.includes(role)) {
      context.findings.error('role-unknown', `${archive.id} has no ClusterRole \`${role}\``, {
        place: settings.place,
        hint: didYouMean(role, shipped) ?? `its ClusterRoles: ${list(shipped) || 'none'}`,
      });
      return [];
    }
    const name = context.roles.nameIn(archive, role);
    return [
      {
        kind: 'ClusterRoleBinding',
        name: `${context.namespace.name}-${archive.name}-operator-${name}`,
        role: { kind: 'ClusterRole', name },
      },
    ];
  });
}
