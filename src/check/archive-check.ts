import { gatherContents, type Gathered } from '../archive/contents.ts';
import { formatMistake } from '../archive/format.ts';
import { quoted } from '../archive/mistake.ts';
import { openFlawed, type Tree } from '../archive/tree.ts';
import { SolutionsError, solutionsErrors, type Place } from '../errors.ts';
import type { HashOptions } from '../metadata/hash.ts';
import type { Trusted } from '../trust/keys.ts';
import type { Verdict } from '../trust/verdict.ts';
import { checkCrds, type DefinedCrd } from './crd-check.ts';
import { Findings, type Report, type Spot } from './finding.ts';
import { blobsOf, checkImages } from './image-check.ts';
import { checkImage, checkVolumeName } from './iso-check.ts';
import { checkLayout } from './layout-check.ts';
import { checkMonitoring } from './monitoring-check.ts';
import { checkProduct } from './product-check.ts';
import { addNotices } from './reader-rules.ts';
import { checkHasRole, checkRoles } from './role-check.ts';
import { checkTrust } from './trust-check.ts';

/** An archive to check. */
export interface ArchiveToCheck {
  /** Where it is on this machine. */
  readonly file: string;
  /** As the user wrote it. */
  readonly name: string;
}

/** How {@link checkArchives} works. */
export interface CheckOptions {
  /** Whether every blob is hashed, and all that vouches for an archive compared: it is read whole. */
  readonly deep?: boolean | undefined;
  /** Whose signatures count; without it no signature is looked at. */
  readonly trusted?: Trusted | undefined;
  readonly progress?: ((archive: string, done: number, total: number) => void) | undefined;
}

/**
 * Checks archives, each whatever is wrong with the others, and then what they are to each other.
 * Nothing is written, and nothing in them is run. Without `deep` the time does not depend on the
 * size of the images.
 */
export async function checkArchives(
  archives: readonly ArchiveToCheck[],
  options: CheckOptions = {},
): Promise<Report[]> {
  const checked: Checked[] = [];
  for (const archive of archives) checked.push(await checkOne(archive, options));
  checkIds(checked);
  checkOwners(checked);
  return checked.map(({ findings, name, kind, id, trust }) =>
    findings.report({ subject: name, kind, id, trust }),
  );
}

/** What is kept of an archive until all are seen. */
interface Checked {
  readonly name: string;
  readonly findings: Findings;
  readonly kind?: Tree['kind'] | undefined;
  readonly id?: string | undefined;
  readonly solution?: string | undefined;
  readonly version?: string | undefined;
  readonly trust?: readonly Verdict[] | undefined;
  readonly crds: readonly DefinedCrd[];
}

async function checkOne({ file, name }: ArchiveToCheck, options: CheckOptions): Promise<Checked> {
  const findings = new Findings();
  let tree: Tree;
  try {
    tree = openFlawed(file, name);
  } catch (error) {
    addNotices(findings, name, solutionsErrors(error));
    return { name, findings, crds: [] };
  }
  try {
    return await checkTree(tree, findings, options);
  } finally {
    tree.close();
  }
}

async function checkTree(tree: Tree, findings: Findings, options: CheckOptions): Promise<Checked> {
  const { name, kind, volume } = tree;
  addNotices(findings, name, tree.mistakes);
  if (volume) checkImage(volume.image, findings);
  const format = formatMistake(tree);
  if (format) addNotices(findings, name, [format]);
  if (format?.code === 'archive-legacy') {
    addNotices(findings, name, tree.notices);
    return { name, findings, kind, crds: [] };
  }
  const contents = gatherContents(tree);
  addNotices(findings, name, [...contents.errors, ...contents.notices]);
  const crds = checkContents(tree, contents, findings);
  const trust = await checkBytes(tree, contents, { findings, options });
  const { product } = contents;
  return {
    name,
    findings,
    kind,
    id: product?.id,
    solution: product?.name,
    version: product?.version,
    trust: kind === 'iso' ? trust : undefined,
    crds,
  };
}

function checkContents(tree: Tree, contents: Gathered, findings: Findings): DefinedCrd[] {
  const { product, crds, roles, monitoring } = contents;
  const spotOf = ({ file, line, column }: Place): Spot => ({
    path: file.slice(tree.name.length + 1),
    line,
    column,
  });
  if (tree.volume && product) checkVolumeName(tree.volume.id, product, findings);
  checkLayout(tree, contents, findings);
  checkProduct(contents, findings);
  checkImages(tree, contents, findings);
  const isWhole = contents.errors.every(
    ({ place }) => !place?.file.includes(':operator/deploy/crds'),
  );
  checkHasRole(tree, contents, findings);
  checkRoles({ roles, crds, isWhole, spotOf }, findings);
  if (monitoring) checkMonitoring(monitoring, { findings, spotOf });
  return checkCrds(crds, spotOf, findings);
}

interface DeepCheck {
  readonly findings: Findings;
  readonly options: CheckOptions;
}

async function checkBytes(
  tree: Tree,
  { images }: Gathered,
  { findings, options }: DeepCheck,
): Promise<readonly Verdict[]> {
  const { progress, trusted, deep = false } = options;
  const all = images ? blobsOf(tree, images) : [];
  const hashing: HashOptions = progress
    ? { progress: (done, total) => progress(tree.name, done, total) }
    : {};
  try {
    const blobs = deep ? all : undefined;
    const { verdicts, mistakes } = await checkTrust(tree, findings, { ...hashing, trusted, blobs });
    addNotices(findings, tree.name, mistakes);
    return verdicts;
  } catch (error) {
    if (error instanceof SolutionsError && error.code === 'trust-root') throw error;
    addNotices(findings, tree.name, solutionsErrors(error));
    return [];
  }
}

/** Two builds under one id: of each the other is named. */
function checkIds(checked: readonly Checked[]): void {
  for (const one of checked) {
    const twin = checked.find((other) => other !== one && other.id === one.id);
    if (!twin || one.id === undefined) continue;
    const message = `${quoted(twin.name)} has the id ${quoted(one.id)}, too: the Solution ${quoted(twin.solution ?? '')}, version ${quoted(twin.version ?? '')}`;
    one.findings.add('id-twice', message);
  }
}

function checkOwners(checked: readonly Checked[]): void {
  const owners = new Map<string, Set<string>>();
  for (const { solution, crds } of checked) {
    for (const { name } of solution === undefined ? [] : crds) {
      const known = owners.get(name) ?? new Set();
      owners.set(name, known.add(solution ?? ''));
    }
  }
  for (const { findings, solution, crds } of checked.filter((one) => one.solution !== undefined)) {
    for (const { name, at } of crds) {
      const others = [...(owners.get(name) ?? [])].filter((owner) => owner !== solution);
      if (others.length === 0) continue;
      findings.add(
        'crd-owners',
        `${quoted(name)} is defined by ${others.map(quoted).join(', ')}, too`,
        { at },
      );
    }
  }
}
