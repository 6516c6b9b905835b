import type { Gathered } from '../archive/contents.ts';
import type { Tree } from '../archive/tree.ts';
import { solutionsErrors } from '../errors.ts';
import type { Findings } from './finding.ts';
import { addNotices } from './reader-rules.ts';

/** What lies in an archive and is not used, or should not be there. */
export function checkLayout(tree: Tree, contents: Gathered, findings: Findings): void {
  for (const path of tree.specialFiles()) {
    findings.add('archive-special-file', 'it is neither a file nor a folder nor a link', {
      at: { path },
    });
  }
  const files = allFiles(tree, findings);
  const paths = files.map(({ path }) => path);
  if (!paths.includes('registry-config.inc.j2')) {
    findings.add('registry-config-missing', 'there is no registry-config.inc.j2 at the root');
  }
  for (const path of paths) {
    if (/^(?:product\.txt|config\.yaml|operator\/crds\/.+)$/su.test(path)) {
      findings.add('archive-leftover', 'nothing reads it', { at: { path } });
    }
  }
  checkDeploy(paths, contents, findings);
}

/** Links count wherever they are: beside images/ and operator/ nothing else has followed them. */
function allFiles(tree: Tree, findings: Findings): ReturnType<Tree['files']> {
  try {
    return tree.files('', true);
  } catch (error) {
    addNotices(findings, tree.name, solutionsErrors(error));
  }
  try {
    return tree.files('');
  } catch (error) {
    addNotices(findings, tree.name, solutionsErrors(error));
    return [];
  }
}

const DEPLOY = 'operator/deploy/';
const WEBHOOKS = `${DEPLOY}webhooks.yaml`;
const USED = /^operator\/deploy\/(?:role\.yaml|crds\/(?:.+\/)?[^/]*_crd\.yaml)$/u;

function checkDeploy(paths: readonly string[], { notices }: Gathered, findings: Findings): void {
  const unseen = new Set(
    notices.filter(({ code }) => code === 'crd-unseen').map(({ place }) => place?.file),
  );
  const isUnseen = (path: string): boolean =>
    [...unseen].some((file) => file?.endsWith(`:${path}`));
  for (const path of paths.filter((one) => one.startsWith(DEPLOY) && !USED.test(one))) {
    if (isUnseen(path)) continue;
    if (path === WEBHOOKS) findings.add('webhook-manifest', 'nothing applies it', { at: { path } });
    else if (/_cr\.ya?ml$/u.test(path)) {
      findings.add('sample-resource', 'nothing applies it', { at: { path } });
    } else findings.add('deploy-unused', 'nothing reads it', { at: { path } });
  }
}
