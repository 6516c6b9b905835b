import { SolutionsError, solutionsErrors, type Notice } from '../errors.ts';
import { nameOf } from '../kubernetes/value.ts';
import { manifestsReader, type Manifest } from '../kubernetes/read.ts';
import { mistake, notice, quoted, type ArchiveCode } from './mistake.ts';

/** What `operator/deploy` holds, values untouched. */
export interface OperatorFiles {
  /** CustomResourceDefinitions of apiextensions.k8s.io/v1. */
  readonly crds: readonly Manifest[];
  /** Roles and ClusterRoles of rbac.authorization.k8s.io/v1, in the order of the file. */
  readonly roles: readonly Manifest[];
  readonly notices: readonly Notice[];
}

const CRD_FILE = /^operator\/deploy\/crds\/(?:.+\/)?[^/]*_crd\.yaml$/u;
/** Where an archive keeps all of its Operator's roles. */
export const ROLE_FILE = 'operator/deploy/role.yaml';
/** A line that makes a document a CRD, in YAML or JSON: enough to look closer. */
const CRD_KIND = /["']?kind["']?\s*:\s*["']?CustomResourceDefinition\b/u;

/**
 * The CRDs and roles among `files`, and all that is wrong with them: YAML, other kinds, old API
 * versions, missing names. What has a mistake is among the rest.
 *
 * @param files - by path in the archive
 * @param placeOf - how a path is written in places
 */
export function gatherOperator(
  files: ReadonlyMap<string, Uint8Array>,
  placeOf: (path: string) => string,
): OperatorFiles & { readonly errors: readonly SolutionsError[] } {
  const errors: SolutionsError[] = [];
  const readFile = manifestsReader();
  const read = (path: string, bytes: Uint8Array): readonly Manifest[] => {
    try {
      return readFile(bytes, placeOf(path));
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return [];
    }
  };
  const crds: Manifest[] = [];
  const roles: Manifest[] = [];
  const notices: Notice[] = [];
  for (const [path, bytes] of files) {
    if (CRD_FILE.test(path)) crds.push(...read(path, bytes));
    else if (path === ROLE_FILE) roles.push(...read(path, bytes));
    else if (path.startsWith('operator/') && holdsCrd(bytes))
      notices.push(unseenCrd(placeOf(path)));
  }
  errors.push(...crds.flatMap(crdMistakes), ...roles.flatMap(roleMistakes));
  return { crds, roles, notices, errors };
}

/** Whether a file looks like one with a CustomResourceDefinition: linear in its length. */
export function holdsCrd(bytes: Uint8Array): boolean {
  return CRD_KIND.test(Buffer.from(bytes).toString('latin1'));
}

/** That a CRD in this file (as places write it) is not applied. */
export function unseenCrd(file: string): Notice {
  return notice('crd-unseen', 'this file holds a CustomResourceDefinition that is not applied', {
    file,
    hint: 'only `*_crd.yaml` below operator/deploy/crds counts: ask the vendor whether it was meant',
  });
}

function crdMistakes(crd: Manifest): SolutionsError<ArchiveCode>[] {
  const { apiVersion, kind } = crd.value;
  const about = { file: crd.place.file, place: crd.place };
  if (kind !== 'CustomResourceDefinition') {
    return [
      mistake('crd-kind', `expected a CustomResourceDefinition, found ${kindText(kind)}`, {
        ...about,
        hint: 'the vendor must keep other objects out of `*_crd.yaml`',
      }),
    ];
  }
  if (apiVersion === 'apiextensions.k8s.io/v1') return nameMistakes(crd, 'crd-name');
  const isBeta = apiVersion === 'apiextensions.k8s.io/v1beta1';
  return [
    mistake(
      isBeta ? 'crd-v1beta1' : 'crd-kind',
      isBeta
        ? 'the CRD is of apiextensions.k8s.io/v1beta1, which Kubernetes has not served since 1.22'
        : `expected apiextensions.k8s.io/v1, found ${kindText(apiVersion)}`,
      { ...about, hint: 'the vendor must ship it as apiextensions.k8s.io/v1' },
    ),
  ];
}

function roleMistakes(role: Manifest): SolutionsError<ArchiveCode>[] {
  const { apiVersion, kind } = role.value;
  const about = { file: role.place.file, place: role.place };
  if (kind !== 'Role' && kind !== 'ClusterRole') {
    return [
      mistake('role-kind', `expected a Role or a ClusterRole, found ${kindText(kind)}`, {
        ...about,
        hint: 'bindings and accounts are rendered by this tool: the vendor must keep other objects out of role.yaml',
      }),
    ];
  }
  if (apiVersion === 'rbac.authorization.k8s.io/v1') return nameMistakes(role, 'role-name');
  return [
    mistake('role-kind', `expected rbac.authorization.k8s.io/v1, found ${kindText(apiVersion)}`, {
      ...about,
      hint: 'older versions of this API are gone since Kubernetes 1.22: the vendor must ship v1',
    }),
  ];
}

function nameMistakes(manifest: Manifest, code: ArchiveCode): SolutionsError<ArchiveCode>[] {
  if (nameOf(manifest.value) !== '') return [];
  const { place } = manifest;
  return [mistake(code, '`metadata.name` is missing', { file: place.file, place })];
}

function kindText(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : 'none';
}
