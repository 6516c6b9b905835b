import { quoted } from '../archive/mistake.ts';
import { didYouMean } from '../config/spelling.ts';
import type { Waiver } from '../config/waivers.ts';
import { placeText, solutionsErrors } from '../errors.ts';
import { objectMistakes } from '../kubernetes/check.ts';
import { readManifests } from '../kubernetes/read.ts';
import { isThere, mapAt } from './pod-template.ts';
import { checkBinding } from './binding-check.ts';
import { Findings, type Report } from './finding.ts';
import { readManifestFiles, type ManifestsToCheck } from './manifest-folder.ts';
import { indexOf, profilesIn, type ManifestIndex } from './manifest-index.ts';
import { labelsOf, objectsOf, type ManifestObject } from './manifest-object.ts';
import { farRules } from './role-check.ts';
import { isRuleId, rulesFor } from './rules.ts';
import { checkWorkload } from './workload-check.ts';

/**
 * Judges manifests: what the API server refuses, the Pod Security Standard that each Namespace asks
 * for, and common rules. What `waivers` name does not count. Nothing is written, no cluster is asked.
 *
 * @throws SolutionsError `disk-...` where the folder itself cannot be read
 */
export function checkManifests(folder: ManifestsToCheck, waivers: readonly Waiver[]): Report {
  const findings = new Findings(waivers);
  const objects = readObjects(folder, findings);
  const index = indexOf(objects);
  checkTwice(objects, findings);
  for (const object of objects) checkObject(object, index, findings);
  for (const waiver of findings.staleWaivers()) {
    findings.add('waiver-stale', staleText(waiver));
  }
  return findings.report({ subject: folder.name, kind: 'manifests' });
}

function readObjects(folder: ManifestsToCheck, findings: Findings): ManifestObject[] {
  const { files, mistakes } = readManifestFiles(folder);
  for (const { path, message } of mistakes) {
    findings.add('manifest-unreadable', message, { at: { path } });
  }
  return files.flatMap(({ path, bytes }) => {
    try {
      return readManifests(bytes, path).flatMap(objectsOf);
    } catch (error) {
      for (const { message, hint, place } of solutionsErrors(error)) {
        const at = { path, line: place?.line, column: place?.column };
        findings.add('manifest-unreadable', message, { at, mend: hint });
      }
      return [];
    }
  });
}

/** By group, kind, Namespace and name: the versions of a group show the same objects. */
function checkTwice(objects: readonly ManifestObject[], findings: Findings): void {
  const seen = new Map<string, ManifestObject>();
  for (const object of objects) {
    const { kind, namespace, name, title } = object;
    const key = JSON.stringify([kind, namespace, name.name]);
    const before = seen.get(key);
    if (!before) seen.set(key, object);
    else {
      const { path, line = 1 } = before.spotOf([]);
      const at = object.spotOf([]);
      findings.add('manifest-twice', `${title} stands at ${quoted(path)}, line ${line}, too`, {
        at,
        object: name,
      });
    }
  }
}

function checkObject(object: ManifestObject, index: ManifestIndex, findings: Findings): void {
  const { value, kind, title, name } = object;
  for (const mistake of objectMistakes(value)) {
    findings.add('manifest-refused', `${title}: ${mistake}`, {
      at: object.spotOf([]),
      object: name,
    });
  }
  checkWorkload(object, index, findings);
  checkBinding(object, findings);
  OF_KINDS.get(kind)?.(object, index, findings);
}

type KindCheck = (object: ManifestObject, index: ManifestIndex, findings: Findings) => void;

const OF_KINDS: ReadonlyMap<string, KindCheck> = new Map(
  Object.entries<KindCheck>({
    Namespace: checkNamespace,
    Secret: checkSecret,
    PersistentVolume: checkVolume,
    'Role.rbac.authorization.k8s.io': checkRole,
    'ClusterRole.rbac.authorization.k8s.io': checkRole,
  }),
);

function checkNamespace(object: ManifestObject, _: ManifestIndex, findings: Findings): void {
  const profiles = profilesIn(labelsOf(mapAt(object.value, ['metadata'])));
  if (profiles.some((profile) => profile !== 'privileged')) return;
  const what = profiles.length === 0 ? 'has no label of Pod Security' : 'says `privileged`';
  findings.add('namespace-unguarded', `${object.title} ${what}`, {
    at: object.spotOf(['metadata', 'labels']),
    object: object.name,
  });
}

/** One without content is filled by somebody else: a token, a certificate. */
function checkSecret(object: ManifestObject, _: ManifestIndex, findings: Findings): void {
  const key = ['data', 'stringData'].find(
    (one) => Object.values(mapAt(object.value, [one])).filter(isThere).length > 0,
  );
  if (key === undefined) return;
  const at = object.spotOf([key]);
  findings.add('secret-committed', `${object.title} has its content in \`${key}\``, {
    at,
    object: object.name,
  });
}

function checkVolume(object: ManifestObject, _: ManifestIndex, findings: Findings): void {
  const path = ['spec', 'hostPath'];
  if (!isThere(mapAt(object.value, ['spec'])['hostPath'])) return;
  findings.add('volume-host-path', `${object.title} is a hostPath`, {
    at: object.spotOf(path),
    object: object.name,
  });
}

/** What Operators do with their own kinds is their own matter. */
function checkRole(object: ManifestObject, { groups }: ManifestIndex, findings: Findings): void {
  for (const { rule, what, index } of farRules(object.value, (group) => !groups.has(group))) {
    const at = object.spotOf(['rules', index]);
    findings.add(rule, `${object.title}: ${what}`, { at, object: object.name });
  }
}

function staleText({ rule, place }: Waiver): string {
  const where = placeText(place);
  if (isRuleId(rule)) return `${where}: nothing breaks \`${rule}\` where it says so`;
  const near = didYouMean(rule, rulesFor('manifests'));
  return `${where}: there is no rule \`${rule}\`${near === undefined ? '' : `, ${near}`}`;
}
