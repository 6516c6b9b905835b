import { counted } from '../count.ts';
import { imageText, type ImageName } from '../archive/components.ts';
import type { Gathered } from '../archive/contents.ts';
import type { ImageRecord } from '../archive/images.ts';
import { quoted } from '../archive/mistake.ts';
import type { Product } from '../archive/product.ts';
import { readYaml, type Path, type YamlDocument } from '../config/yaml.ts';
import { runUnder, usersOf } from '../model/operator-image.ts';
import type { Findings, Spot } from './finding.ts';
import type { RuleId } from './rules.ts';

const FILE = 'manifest.yaml';
const API_VERSION = 'solutions.metalk8s.scality.com/v1alpha1';
const DISPLAY_NAME = 'solutions.metalk8s.scality.com/display-name';

/** @see https://semver.org/spec/v2.0.0.html#backusnaur-form-grammar-for-valid-semver-versions */
const SEMVER =
  /^(?:(?:0|[1-9]\d*)\.){2}(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/u;

/** What manifest.yaml says although it can be read: its form, and whether it fits the images. */
export function checkProduct(contents: Gathered, findings: Findings): void {
  const { product, files } = contents;
  const bytes = files.get(FILE);
  if (!product || !bytes) return;
  const [document] = readYaml(bytes, { file: FILE });
  if (!document) return;
  checkForm(product, document, findings);
  checkImages(contents, document, findings);
  checkRuns(contents, document, findings);
}

function checkForm(product: Product, document: YamlDocument, findings: Findings): void {
  const { version, annotations } = product;
  const found = (path: Path): unknown => at(document.value, path);
  const apiVersion = found(['apiVersion']);
  if (apiVersion !== API_VERSION || found(['kind']) === undefined) {
    const message = `\`apiVersion\` is ${shown(apiVersion)}, \`kind\` ${shown(found(['kind']))}; expected ${quoted(API_VERSION)} and "Solution"`;
    findings.add('product-api', message, { at: spot(document, ['apiVersion']) });
  }
  if (found(['annotations']) !== undefined) {
    findings.add('product-annotations', '`annotations` is no field of a Solution', {
      at: spot(document, ['annotations']),
    });
  }
  if (!annotations[DISPLAY_NAME]) {
    findings.add('product-display-name', 'there is no annotation for it', {
      at: spot(document, ['metadata']),
    });
  }
  if (!SEMVER.test(version)) {
    findings.add('product-version-order', `${quoted(version)} is no SemVer`, {
      at: spot(document, ['spec', 'version']),
    });
  }
  for (const path of [
    ['spec', 'version'],
    ['spec', 'operator', 'image', 'tag'],
    ['spec', 'ui', 'image', 'tag'],
  ]) {
    const value = found(path);
    if (typeof value === 'string' || value === undefined || value === null) continue;
    findings.add('product-version-type', `\`${path.join('.')}\` is read as ${shown(value)}`, {
      at: spot(document, path),
    });
  }
}

function checkImages(
  { product, images }: Gathered,
  document: YamlDocument,
  findings: Findings,
): void {
  const declared = at(document.value, ['spec', 'images']);
  if (!product || !images || !Array.isArray(declared)) return;
  const seen = new Set<unknown>();
  for (const [index, entry] of declared.entries()) {
    if (seen.has(entry) && typeof entry === 'string') {
      findings.add('product-images-twice', `${quoted(entry)} is there twice`, {
        at: spot(document, ['spec', 'images', index]),
      });
    }
    seen.add(entry);
  }
  for (const image of images.records) {
    if (seen.has(imageText(image))) continue;
    findings.add('image-undeclared', `${quoted(imageText(image))} is not declared`, {
      at: { path: `images/${imageText(image).replace(':', '/')}` },
    });
  }
}

/** Whether the Operator and the UI can run in a Namespace as they are shipped. */
function checkRuns(contents: Gathered, document: YamlDocument, findings: Findings): void {
  const { product, images, crds, roles } = contents;
  if (!product || !images) return;
  const { operator, ui } = product;
  if (!operator && crds.length + roles.length > 0) {
    findings.add(
      'operator-missing',
      `it has ${counted(crds.length, 'CRD')} and ${counted(roles.length, 'role')}, and no image of an Operator`,
      {
        at: spot(document, ['spec']),
      },
    );
  }
  const check = (image: ImageName, rule: RuleId, path: Path): void => {
    const record = images.records.find(({ name, tag }) => name === image.name && tag === image.tag);
    if (record) checkRun(record, { rule, at: spot(document, path) }, findings);
  };
  if (operator) check(operator.image, 'operator-user', ['spec', 'operator', 'image']);
  if (ui) check(ui.image, 'ui-user', ['spec', 'ui', 'image']);
}

function checkRun(
  record: ImageRecord,
  { rule, at: where }: { readonly rule: RuleId; readonly at: Spot },
  findings: Findings,
): void {
  if (record.kind !== 'image') {
    findings.add('operator-image', `${quoted(imageText(record))} is no container image`, {
      at: where,
    });
    return;
  }
  const run = runUnder('restricted', usersOf(record), {
    runAsUser: undefined,
    holder: 'the Solution',
  });
  if (!run.can) findings.add(rule, `${imageText(record)}: ${run.why}`, { at: where });
}

function spot(document: YamlDocument, path: Path): Spot {
  const { line, column } = document.placeOf(path);
  return { path: FILE, line, column };
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)
        ? Reflect.get(holder, key)
        : undefined,
    value,
  );
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  return quoted(typeof value === 'bigint' ? `${value}` : JSON.stringify(value));
}
