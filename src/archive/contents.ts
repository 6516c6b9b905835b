import { solutionsErrors, throwAll, type Notice, type SolutionsError } from '../errors.ts';
import { mayBeCut } from '../iso/image.ts';
import { kindOfPath, MAX_MONITORING } from '../monitoring/kind.ts';
import { parseMonitoring, type ShippedMonitoring } from '../monitoring/shipped.ts';
import { attempts } from './attempts.ts';
import { formatMistake } from './format.ts';
import { MANIFEST, MAX_PRODUCT } from './identity.ts';
import { gatherImages, type Complaints, type GatheredImages, type Images } from './images.ts';
import { fewOf, forVendor, mistake, notice } from './mistake.ts';
import { MONITORING, monitoringFiles, strayNotice, type HeldImage } from './monitoring.ts';
import { gatherOperator, type OperatorFiles } from './operator.ts';
import { parseProduct, type Product } from './product.ts';
import { filesBelow, type Tree, type TreeFile } from './tree.ts';
import { unseenCrds } from './unseen.ts';

/** The text of an archive, in the form that the rest of the program uses. */
export interface Parsed extends OperatorFiles {
  readonly product: Product;
  /** Its dashboards and alerts. */
  readonly monitoring: ShippedMonitoring;
}

/** Everything of an archive but the bytes of its images. */
export interface Contents extends Parsed {
  /** By path in the archive: what is kept in metadata/. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly images: Images;
  /** Those of the notices that only the archive shows, and its files do not. */
  readonly archiveNotices: readonly Notice[];
}

const DEPLOY = 'operator/deploy';
/** A CRD with every field documented has 1 MiB; the API server takes 1.5 MiB. */
const MAX_FILE = 4 << 20;
const MAX_FILES = 32 << 20;

/**
 * Reads an archive.
 *
 * @throws SolutionsError, or all mistakes of the archive in one AggregateError
 */
export function readContents(tree: Tree): Contents {
  const format = formatMistake(tree);
  if (format) throw format;
  const { errors, product, monitoring, images, ...rest } = gatherContents(tree);
  throwAll(errors);
  if (!images || !product || !monitoring) throw new Error('an archive failed without an error');
  return { ...rest, product, monitoring, images };
}

/** What can be read of an archive, and all that is wrong with the rest. */
export interface Gathered extends OperatorFiles {
  readonly errors: readonly SolutionsError[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly product?: Product | undefined;
  readonly monitoring?: ShippedMonitoring | undefined;
  readonly images?: GatheredImages | undefined;
  readonly archiveNotices: readonly Notice[];
}

/** The same as {@link readContents} for whoever wants to see all that is wrong. */
export function gatherContents(tree: Tree): Gathered {
  const { errors, attempt } = attempts();
  const notices: Notice[] = [];
  const images = attempt(() => gatherImages(tree));
  errors.push(...(images?.errors ?? []));
  const texts = new Map<string, Uint8Array>();
  attempt(() => {
    readTexts(tree, texts, { notices, errors });
    notices.push(...unseenCrds(tree, texts));
  });
  const files = new Map([...texts, ...(images?.files ?? [])]);
  // An image that cannot be read is not absent.
  const held = [...(images?.records ?? []), ...(images?.unread ?? [])];
  const parsed = gatherFiles(files, held, (path) => `${tree.name}:${path}`);
  errors.push(...parsed.errors);
  attempt(() => checkTotal(files, tree.name));
  const archiveNotices = [...tree.notices, ...(images?.notices ?? []), ...notices];
  return {
    ...parsed,
    errors,
    files,
    images,
    archiveNotices,
    notices: [...archiveNotices, ...parsed.notices],
  };
}

/**
 * What the files of an archive say: the same whether they come from the archive or from the
 * record in metadata/.
 *
 * @param files - by path in the archive
 * @param held - the images that the archive has
 * @param placeOf - how a path is written in places
 * @throws SolutionsError, or all mistakes in one AggregateError
 */
export function parseFiles(
  files: ReadonlyMap<string, Uint8Array>,
  held: readonly HeldImage[],
  placeOf: (path: string) => string,
): Parsed {
  const { errors, product, monitoring, ...operator } = gatherFiles(files, held, placeOf);
  throwAll(errors);
  if (!product || !monitoring)
    throw mistake('archive-no-manifest', 'there is no manifest.yaml', { file: placeOf(MANIFEST) });
  return { ...operator, product, monitoring };
}

type GatheredFiles = Pick<Gathered, 'errors' | 'product' | 'monitoring' | keyof OperatorFiles>;

function gatherFiles(
  files: ReadonlyMap<string, Uint8Array>,
  held: readonly HeldImage[],
  placeOf: (path: string) => string,
): GatheredFiles {
  const { errors, attempt } = attempts();
  const manifest = files.get(MANIFEST);
  const product = attempt(() => manifest && parseProduct(manifest, placeOf(MANIFEST), held));
  const { errors: mistakes, ...operator } = gatherOperator(files, placeOf);
  errors.push(...mistakes);
  const monitoring = attempt(() => parseMonitoring(monitoringFiles(files, held), placeOf));
  const notices = [...(product?.notices ?? []), ...operator.notices];
  return { ...operator, errors: errors.map(forVendor), product, monitoring, notices };
}

/** manifest.yaml comes first: it is there even where a later file is refused. */
function readTexts(
  tree: Tree,
  texts: Map<string, Uint8Array>,
  { notices, errors }: Complaints,
): void {
  const manifest = tree.find(MANIFEST);
  const read = (file: TreeFile, limit: number): void => {
    try {
      texts.set(file.path, tree.read(file, limit));
    } catch (error) {
      errors.push(...solutionsErrors(error));
    }
  };
  if (manifest) read({ ...manifest, path: MANIFEST }, MAX_PRODUCT);
  const deploy = filesBelow(tree, DEPLOY, errors);
  refuseCutNames(tree, deploy);
  const monitoring = filesBelow(tree, MONITORING, errors);
  notices.push(...strayNotice(monitoring, tree.name));
  const wanted = [
    ...deploy.filter(({ path }) => /\.(?:ya?ml|json)$/u.test(path)),
    ...monitoring.filter(({ path }) => kindOfPath(path)),
  ];
  let total = 0;
  for (const file of wanted.filter(({ path }) => isSafePath(path))) {
    total += file.size;
    if (total > MAX_FILES) throw tooLarge(tree.name);
    read(file, kindOfPath(file.path) ? MAX_MONITORING : MAX_FILE);
  }
  notices.push(...unsafeNotices(tree, DEPLOY, wanted), ...unsafeNotices(tree, MONITORING, wanted));
}

function unsafeNotices(tree: Tree, folder: string, files: readonly TreeFile[]): Notice[] {
  const unsafe = files
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${folder}/`) && !isSafePath(path));
  if (unsafe.length === 0) return [];
  return [
    notice('archive-bad-name', `files with such names are not kept: ${fewOf(unsafe)}`, {
      file: `${tree.name}:${folder}`,
      hint: 'the vendor must name them without backslashes, colons and control characters, and nothing like `.git`',
    }),
  ];
}

/** A CRD whose name was cut is no `*_crd.yaml` any more: it would be lost without a word. */
function refuseCutNames({ name, volume }: Tree, files: readonly TreeFile[]): void {
  if (volume?.names !== 'joliet') return;
  const cut = files.map(({ path }) => path).filter((path) => mayBeCut(path) && !isWhole(path));
  const [first] = cut;
  if (first === undefined) return;
  throw mistake(
    'archive-cut-names',
    `the names come from Joliet, and are as long as it allows, so cut: ${fewOf(cut)}`,
    {
      file: `${name}:${first}`,
      hint: 'the vendor must make the image with Rock Ridge names: `mkisofs -rock`',
    },
  );
}

/** Names are cut at the end: the one that counts is still there. */
function isWhole(path: string): boolean {
  return path.endsWith('_crd.yaml');
}

/** Whether a path from an archive may become one in the user's repository. */
export function isSafePath(path: string): boolean {
  return path
    .split('/')
    .every(
      (part) =>
        part !== '' && part !== '.' && part !== '..' && !/^\.git|[\\:\p{Cc}\uFFFD]/iu.test(part),
    );
}

function checkTotal(files: ReadonlyMap<string, Uint8Array>, name: string): void {
  const total = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (total > MAX_FILES) throw tooLarge(name);
}

function tooLarge(name: string): SolutionsError {
  return mistake(
    'archive-too-large',
    `operator/deploy and the dashboards have over ${MAX_FILES} bytes`,
    { file: name },
  );
}
