import type { Gathered } from '../archive/contents.ts';
import { quoted } from '../archive/mistake.ts';
import { ROLE_FILE } from '../archive/operator.ts';
import type { Tree } from '../archive/tree.ts';
import { objectMistakes } from '../kubernetes/check.ts';
import type { Manifest } from '../kubernetes/read.ts';
import {
  fieldOf,
  isJsonList,
  nameOf,
  textOf,
  textsOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { verbatim } from '../manifests/verbatim.ts';
import { clusterScope, rightsNotGiven } from '../model/scope.ts';
import type { SpotOf } from './crd-check.ts';
import type { Findings, Spot } from './finding.ts';

interface RolesToCheck {
  readonly roles: readonly Manifest[];
  /** The archive's own: what an Operator does with its own kinds is its own matter. */
  readonly crds: readonly Manifest[];
  /** Whether those are all that it has. */
  readonly isWhole: boolean;
  readonly spotOf: SpotOf;
}

/**
 * Whether an Operator has a role at all: synth warns of the same. A role.yaml that was not read is
 * no missing one: why it was not is among the errors.
 */
export function checkHasRole(
  tree: Tree,
  { product, roles, files, errors }: Gathered,
  findings: Findings,
): void {
  if (!product?.operator || roles.length > 0) return;
  const isThere = tree.find(ROLE_FILE) !== undefined;
  const isAmiss = errors.some(({ place }) => place?.file === `${tree.name}:${ROLE_FILE}`);
  if (isAmiss || isThere !== files.has(ROLE_FILE)) return;
  findings.add('role-missing', `${product.id} has an Operator and no role in ${ROLE_FILE}`, {
    at: isThere ? { path: ROLE_FILE } : undefined,
  });
}

/** What the API server refuses in roles, and which of their rights reach too far. */
export function checkRoles(
  { roles, crds, isWhole, spotOf }: RolesToCheck,
  findings: Findings,
): void {
  const groups = new Set(crds.map(({ value }) => textOf(fieldOf(value['spec'], 'group'))));
  const isForeign = (group: string): boolean => !groups.has(group) && (isWhole || isBuiltIn(group));
  const scope = clusterScope(crds);
  const seen = new Set<string>();
  for (const role of roles.filter(isJudged)) {
    const at = spotOf(role.place);
    const title = `${textOf(role.value['kind'])} ${quoted(nameOf(role.value))}`;
    const rendered = verbatim(role, { name: nameOf(role.value), labels: {} });
    for (const mistake of objectMistakes(rendered)) {
      findings.add('role-refused', `${title}: ${mistake}`, { at });
    }
    if (seen.has(title)) findings.add('role-twice', `the ${title} is defined twice`, { at });
    seen.add(title);
    checkName(role, at, findings);
    checkRules(role, { isForeign, title, spotOf }, findings);
    const rights = rightsNotGiven(role, scope);
    if (rights.length > 0) {
      findings.add('role-cluster-scoped', `${title}: ${fewOf(rights)}`, { at });
    }
  }
}

/** What Kubernetes has by itself: groups without a point, and those of its own domain. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** Of other kinds and versions, and of those without a name, the reader has spoken. */
function isJudged({ value }: Manifest): boolean {
  const { apiVersion, kind } = value;
  return (
    apiVersion === 'rbac.authorization.k8s.io/v1' &&
    (kind === 'Role' || kind === 'ClusterRole') &&
    nameOf(value) !== ''
  );
}

/** What kubebuilder and the Operator SDK write where nobody gives a prefix. */
const GENERIC =
  /^(?:manager|metrics-auth|proxy|leader-election|metrics-reader|auth-proxy-client)(?:-role|-clusterrole)?$/u;

function checkName({ value }: Manifest, at: Spot, findings: Findings): void {
  const name = nameOf(value);
  if (value['kind'] !== 'ClusterRole' || !GENERIC.test(name)) return;
  findings.add('role-generic-name', `the ClusterRole is named ${quoted(name)}`, { at });
}

interface RulesContext {
  readonly isForeign: IsForeign;
  readonly title: string;
  readonly spotOf: SpotOf;
}

function checkRules(
  role: Manifest,
  { isForeign, title, spotOf }: RulesContext,
  findings: Findings,
): void {
  for (const { rule, what, index } of farRules(role.value, isForeign)) {
    const at = spotOf(role.placeOf(['rules', index]));
    findings.add(rule, `${title}: ${what}`, { at });
  }
}

/** Whether an API group is none of those who have the role. */
type IsForeign = (group: string) => boolean;

/** The rules of a role that reach too far. */
export function farRules(role: JsonObject, isForeign: IsForeign): FarRule[] {
  const { rules } = role;
  return [...(isJsonList(rules) ? rules : []).entries()].flatMap(([index, rule]) => {
    const found = judge(rule, isForeign);
    return found ? [{ ...found, index }] : [];
  });
}

interface FarRule extends Judgement {
  /** Of the rule in its role. */
  readonly index: number;
}

interface Judgement {
  readonly rule: 'role-wildcard' | 'role-escalation' | 'role-verbs';
  readonly what: string;
}

const ESCALATING = ['bind', 'escalate', 'impersonate'];
const RBAC = 'rbac.authorization.k8s.io';

/** The worst that there is to say of a rule. */
function judge(rule: Json, isForeign: IsForeign): Judgement | undefined {
  const [groups, resources, verbs] = ['apiGroups', 'resources', 'verbs'].map((key) =>
    textsAt(rule, key),
  );
  if (!groups || !resources || !verbs) return undefined;
  const foreign = groups.filter(isForeign);
  if (groups.includes('*')) return { rule: 'role-wildcard', what: 'its rule covers all groups' };
  if (resources.includes('*') && foreign.length > 0) {
    return {
      rule: 'role-wildcard',
      what: `its rule covers all resources of ${fewOf(foreign.map(groupText))}`,
    };
  }
  if (textsAt(rule, 'nonResourceURLs').includes('*')) {
    return { rule: 'role-wildcard', what: 'its rule covers all paths of the API server' };
  }
  const escalating = ESCALATING.filter((verb) => verbs.includes(verb));
  const givesRoles = verbs.includes('*') && groups.includes(RBAC);
  if (escalating.length > 0 || givesRoles) {
    const named = escalating.length > 0 ? escalating : ['*'];
    return { rule: 'role-escalation', what: `its rule has ${fewOf(named)} on ${fewOf(resources)}` };
  }
  if (!verbs.includes('*') || foreign.length === 0 || resources.length === 0) return undefined;
  return { rule: 'role-verbs', what: `its rule gives every verb on ${fewOf(resources)}` };
}

function groupText(group: string): string {
  return group === '' ? 'the core group' : group;
}

const FEW = 5;

function fewOf(texts: readonly string[]): string {
  const more = texts.length > FEW ? ` and ${texts.length - FEW} more` : '';
  return `${texts
    .slice(0, FEW)
    .map((text) => `\`${text.slice(0, 100)}\``)
    .join(', ')}${more}`;
}

function textsAt(rule: Json, key: string): string[] {
  return textsOf(fieldOf(rule, key));
}
