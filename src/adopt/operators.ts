import { METALK8S_REGISTRY } from '../config/platform.ts';
import { labelValue } from '../kubernetes/names.ts';
import { selector } from '../manifests/labels.ts';
import type { Profile } from '../model/state.ts';
import type { SolutionsError } from '../errors.ts';
import { canonicalText } from './canonical.ts';
import { differencesBetween, shown, type Difference } from './differences.ts';
import type { Found } from './found.ts';
import type { Imported } from './imported.ts';
import { dataOf, nameIn, type Inventory } from './inventory.ts';
import { mistake, type AdoptCode, type AdoptNotices } from './mistake.ts';
import {
  imageOf,
  isOperator,
  isTakenOver,
  profileOf,
  runningVersion,
  selectorOf,
  settingsOf,
} from './running-operator.ts';
import { saltDeployment, type Settings } from './salt-deployment.ts';

/** A Solution in a Namespace, as the cluster says. */
export interface Placed {
  readonly namespace: string;
  readonly solution: string;
  readonly version: string;
}

/** A Solution in a Namespace, as environments.yaml is to say it. */
export interface AdoptedSolution {
  readonly name: string;
  readonly version: string;
  /** Where its Operator runs: the profile that it runs with. */
  readonly hardening: Profile | undefined;
  readonly settings: Settings;
}

/** The registry that the nodes pull from, where it is not MetalK8s' own. */
export interface Registry {
  readonly host: string;
  /** A path above all repositories, or nothing. */
  readonly base: string;
}

interface Context {
  readonly inventory: Inventory;
  readonly imported: Imported;
  readonly registry: Registry | undefined;
  readonly notices: AdoptNotices;
}

/** What environments.yaml is to say of a Solution, after the Deployment of its Operator. */
export function adoptOperator(placed: Placed, context: Context): AdoptedSolution {
  const { namespace, solution } = placed;
  const found = deploymentOf(placed, context.inventory);
  if (!found) {
    reportNotRunning(placed, context.notices);
    return { name: solution, version: placed.version, hardening: undefined, settings: {} };
  }
  const version = versionOf(placed, found, context);
  const hardening = profileOf(found, solution);
  const settings = settingsOf(found, solution);
  compareImage({ ...placed, version }, found, context);
  warnOfSecrets(placed, settings, context.notices);
  if (isTakenOver(found)) {
    context.notices.warn(
      'already-taken-over',
      `the Deployment ${namespace}/${nameIn(found)} was taken over before`,
      { place: found.place, hint: 'its files are in the repository that it was rendered from' },
    );
  } else {
    const differences = differencesBetween(
      found.value,
      saltDeployment({ solution, version }, settings),
    );
    const lost = differences.filter((one) => !isSaid(one, hardening));
    for (const one of lost) reportLost(placed, one, { found, notices: context.notices });
  }
  return { name: solution, version, hardening, settings };
}

/** The Deployment of an Operator, where it runs. */
export function deploymentOf(
  { namespace, solution }: Omit<Placed, 'version'>,
  inventory: Inventory,
) {
  return inventory.deployments.get(namespace)?.get(`${solution}-operator`);
}

function reportNotRunning({ namespace, solution, version }: Placed, notices: AdoptNotices): void {
  notices.warn(
    'not-running',
    `no Operator of ${solution} ${version} runs in \`${namespace}\`: there is no Deployment ${solution}-operator`,
    {
      hint: 'where the archive has an Operator, the first apply starts it, with the hardening of platform.yaml',
    },
  );
}

/** The label of the Deployment says what runs; the ConfigMap, what somebody wanted. */
function versionOf(
  { namespace, solution, version }: Placed,
  found: Found,
  { imported, notices }: Context,
): string {
  const label = runningVersion(found);
  if (label === '' || label === labelValue(version)) return version;
  const running = imported.archives.find(
    (archive) => archive.solution === solution && labelValue(archive.version ?? '') === label,
  )?.version;
  const kept = running ?? version;
  notices.warn(
    'version-differs',
    `${solution} is to be ${version} in \`${namespace}\`, and its Operator is ${label}: ${kept} is kept`,
    {
      place: found.place,
      hint:
        running === undefined
          ? `no archive of ${label} is imported: the first apply upgrades it, or add that archive and write ${label}`
          : 'change it in environments.yaml once the take-over is done',
    },
  );
  return kept;
}

/** The image by its repository alone: of its digest nothing is known before the archive is read. */
function compareImage(
  { namespace, solution, version }: Placed,
  found: Found,
  { registry, notices }: Context,
): void {
  const { host, base } = registry ?? { host: METALK8S_REGISTRY, base: '' };
  const wanted = [host, base, `${solution}-${version}`, ''].filter((part) => part !== '').join('/');
  const image = imageOf(found, solution);
  if (image.startsWith(`${wanted}/`)) return;
  notices.warn(
    'image-differs',
    `the Operator ${namespace}/${solution}-operator runs the image ${JSON.stringify(image)}, and the first apply takes the one below ${wanted}/`,
    {
      place: found.place,
      hint: '`--registry` names the registry that the nodes pull from; an image that no archive holds needs one that does',
    },
  );
}

const SECRET = /passw|secret|token|credential|private|api_?key/iu;

/** What stood in a Deployment is about to stand in Git, for everybody who reads the repository. */
function warnOfSecrets(
  { namespace, solution }: Placed,
  settings: Settings,
  notices: AdoptNotices,
): void {
  for (const variable of settings.env ?? []) {
    if (!variable.value || !SECRET.test(variable.name)) continue;
    notices.warn(
      'secret-shown',
      `the variable ${variable.name} of ${namespace}/${solution}-operator looks like a secret, and its value is now in environments.yaml`,
      {
        hint: 'before the file is committed, put it into a Secret, and write `valueFrom: {secretKeyRef: {name: ..., key: ...}}`',
      },
    );
  }
}

/**
 * What Salt puts on every object that it creates or replaces, the version of MetalK8s among it.
 *
 * @see https://github.com/scality/metalk8s/blob/HEAD/salt/_modules/metalk8s_kubernetes.py
 */
const SALT_LABEL =
  /^metadata\.labels(?:\.heritage|\[(?:app\.kubernetes\.io\/managed-by|metalk8s\.scality\.com\/version)\])$/u;

/** What a file says in another way, or what a comparison with the rendered image tells better. */
function isSaid({ path }: Difference, hardening: AdoptedSolution['hardening']): boolean {
  if (path.endsWith('.image') || path === 'spec.selector.matchLabels') return true;
  if (SALT_LABEL.test(path)) return true;
  if (path.startsWith('spec.selector') || path.endsWith('[app.kubernetes.io/version]')) return true;
  return hardening !== 'compat' && /\.securityContext\b|\[tmp\]|\[\/tmp\]/u.test(path);
}

/** Labels and annotations that somebody added stay with an apply, and do nothing to the Operator. */
function reportLost(
  { namespace, solution }: Placed,
  { path, running, wanted }: Difference,
  { found, notices }: { readonly found: Found; readonly notices: AdoptNotices },
): void {
  const change = running === undefined ? 'is not there' : `is ${shown(running)}`;
  const salt = wanted === undefined ? 'Salt sets nothing' : `Salt sets ${shown(wanted)}`;
  notices.warn(
    'setting-lost',
    `${path} of the Deployment ${namespace}/${solution}-operator ${change}, where ${salt}: no file has a field for it`,
    {
      place: found.place,
      hint: 'somebody edited the Deployment: the take-over renders it without that; see whether the Operator needs it',
    },
  );
}

/** A Deployment that must be deleted before the first apply. */
export interface Conflict extends Omit<Placed, 'version'> {
  readonly error: SolutionsError<AdoptCode>;
}

/**
 * The Deployments that no apply can take over: a selector is for ever, and theirs is not the one of
 * MetalK8s. Everything else of them can be adopted.
 */
export function selectorConflicts(
  placed: readonly Omit<Placed, 'version'>[],
  inventory: Inventory,
): Conflict[] {
  return placed.flatMap(({ namespace, solution }) => {
    const found = deploymentOf({ namespace, solution }, inventory);
    const name = `${solution}-operator`;
    const matchLabels = selector({ name });
    if (!found || canonicalText(selectorOf(found)) === canonicalText({ matchLabels })) return [];
    const error = mistake(
      'selector-differs',
      `the Deployment ${namespace}/${name} selects by ${shown(selectorOf(found))}, expected ${shown({ matchLabels })}: an apply is refused, because a selector cannot change`,
      {
        place: found.place,
        hint: `delete it right before the first apply, which makes it anew; what its Operator manages keeps running: kubectl delete deployment ${name} --namespace=${namespace}`,
      },
    );
    return [{ namespace, solution, error }];
  });
}

/** Operators that no Environment lists: deleting a Solution left them running. */
export function nameStrangers({ inventory, notices }: Context): void {
  for (const [namespace, deployments] of inventory.deployments) {
    const wanted = inventory.wanted.get(namespace);
    const listed = new Set((wanted ? dataOf(wanted) : []).map(([name]) => `${name}-operator`));
    const isEnvironment = inventory.namespaces.has(namespace);
    for (const [name, found] of deployments) {
      if ((isEnvironment && listed.has(name)) || !isOperator(found)) continue;
      const where = isEnvironment
        ? `the Environment of \`${namespace}\` does not list its Solution`
        : `\`${namespace}\` is of no Environment`;
      notices.warn(
        'operator-of-nobody',
        `the Deployment ${namespace}/${name} looks like an Operator, and ${where}`,
        {
          place: found.place,
          hint: `remove what is left of it: kubectl delete deployment,configmap,serviceaccount,rolebinding --namespace=${namespace} --selector=app=${name}; or add it to environments.yaml`,
        },
      );
    }
  }
}
