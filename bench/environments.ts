import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFile } from '../src/package.ts';

const SOLUTION = 'web-store';
const API_VERSION = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1';

/** A repository with these versions of a Solution of the example, from their records alone. */
export function makeRepository(root: string, versions: readonly string[]): string {
  mkdirSync(root);
  const ids = versions.map((version) => `${SOLUTION}-${version}`);
  for (const id of ids) {
    cpSync(packageFile(`metadata/${id}`), join(root, 'metadata', id), { recursive: true });
  }
  const archives = ids.map((id) => `examples/${id}.iso`).join(', ');
  writeFileSync(
    join(root, 'solutions.yaml'),
    `${API_VERSION}
kind: SolutionsConfiguration
archives: [${archives}]
active: {${SOLUTION}: latest}
`,
  );
  return root;
}

/** Gives the repository an Environment for each of `versions`, in which that one runs. */
export function writeEnvironments(root: string, versions: readonly string[]): void {
  const documents = versions.map(
    (version, index) => `${API_VERSION}
kind: Environment
metadata: {name: tenant-${index}}
spec:
  description: Number ${index}
  namespaces:
    - name: tenant-${index}
      solutions: [{name: ${SOLUTION}, version: ${version}, webhook: true}]
`,
  );
  writeFileSync(join(root, 'environments.yaml'), documents.join('---\n'));
}
