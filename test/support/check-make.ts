import { chmodSync } from 'node:fs';
import { checkArchives, type CheckOptions } from '../../src/check/archive-check.ts';
import type { Report } from '../../src/check/finding.ts';
import { makeTree, scratchFolder, type TreeToMake } from './archive-make.ts';

/** A Role of the Solution's own, and nothing that anybody would say something of. */
const rolesText = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: store-manager}
rules:
- {apiGroups: [store.example.com], resources: [things], verbs: ["*"]}
- {apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}
`;

/** The tree of an archive of which no rule has anything to say, but for what `spec` changes. */
export function goodTree(spec: TreeToMake = {}): string {
  const folder = makeTree(scratchFolder(), {
    roles: rolesText,
    ...spec,
    files: { 'registry-config.inc.j2': 'location ~ ^/v2/ {}\n', ...spec.files },
  });
  // A folder for one user alone, as mkdtemp makes it, is no root of an archive.
  chmodSync(folder, 0o755);
  return folder;
}

/** What is found in one archive, called `a.iso`. */
export async function checked(file: string, options: CheckOptions = {}): Promise<Report> {
  const [report] = await checkArchives([{ file, name: 'a.iso' }], options);
  if (!report) throw new Error('an archive has no report');
  return report;
}

/** The rules that a report names, each once. */
export function rulesIn({ findings }: Report): string[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}
