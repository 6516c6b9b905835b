import { counted } from '../count.ts';
import type { Product } from '../archive/product.ts';
import { quoted } from '../archive/mistake.ts';
import { volumeNames } from '../archive/volume-name.ts';
import { solutionsErrors } from '../errors.ts';
import type { Entry } from '../iso/entry.ts';
import { openImage, type Image } from '../iso/image.ts';
import type { Tally } from '../iso/survey.ts';
import type { Findings } from './finding.ts';
import type { RuleId } from './rules.ts';

/** Entries of an archive are some hundreds: of an image with more, one tree is enough to read. */
const MAX_COMPARED = 20_000;

/** How an image was made: its trees, its names, its owners. */
export function checkImage(image: Image, findings: Findings): void {
  if (image.names === 'joliet' && !image.notices.some(({ code }) => code === 'iso-cut-names')) {
    findings.add('iso-rock-ridge', 'the names come from Joliet, there is no Rock Ridge');
  }
  if (!image.hasJoliet) findings.add('iso-joliet', 'there is no Joliet volume descriptor');
  else if (image.names === 'rock-ridge') checkJoliet(image, findings);
  checkSurvey(image, findings);
  checkModes(image, findings);
}

const surveyed: readonly (readonly [keyof Image['survey'], RuleId, string])[] = [
  ['owned', 'iso-owner', 'belong to a user or a group other than 0'],
  ['hidden', 'iso-hidden', 'are hidden or associated'],
  ['relocated', 'iso-relocated', 'were moved elsewhere'],
  ['longNames', 'iso-level', 'have plain names over 31 characters'],
];

function checkSurvey({ survey, isEnhanced }: Image, findings: Findings): void {
  for (const [name, rule, what] of surveyed)
    addTally(findings, rule, { tally: survey[name], what });
  // Where directories were moved, their depth is that of the paths and not of the image.
  if (survey.relocated.count === 0) {
    addTally(findings, 'iso-level', { tally: survey.deep, what: 'are below the eighth level' });
  }
  if (isEnhanced) findings.add('iso-level', 'there is an enhanced volume descriptor');
}

interface Tallied {
  readonly tally: Tally;
  /** The end of a sentence that begins with how many there are. */
  readonly what: string;
}

function addTally(findings: Findings, rule: RuleId, { tally, what }: Tallied): void {
  const { count, first } = tally;
  if (first === undefined) return;
  const at = first === '' ? undefined : { path: first };
  findings.add(rule, `${counted(count, 'entry', 'entries')}: ${what}; the first is here`, {
    at,
  });
}

const READ_FILE = 0o004;
const ENTER_FOLDER = 0o005;

function checkModes({ entries, rootMode = ENTER_FOLDER }: Image, findings: Findings): void {
  if ((rootMode & ENTER_FOLDER) !== ENTER_FOLDER) {
    findings.add('file-mode', `the root has the mode ${modeText(rootMode)}`);
  }
  for (const { path, kind, mode } of entries.values()) {
    if (mode === undefined) continue;
    const isClosed =
      (kind === 'file' && (mode & READ_FILE) === 0) ||
      (kind === 'directory' && (mode & ENTER_FOLDER) !== ENTER_FOLDER);
    if (!isClosed) continue;
    findings.add('file-mode', `the ${kind} has the mode ${modeText(mode)}`, { at: { path } });
  }
}

function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** Whoever reads the other tree must find the same files. */
function checkJoliet(image: Image, findings: Findings): void {
  // Of a name that was refused, the other tree may have a spelling that is not.
  if (image.entries.size > MAX_COMPARED || image.mistakes.length > 0) return;
  let joliet: Image;
  try {
    joliet = openImage(image.reader, image.name, 'joliet');
  } catch (error) {
    for (const { message } of solutionsErrors(error)) {
      findings.add('iso-joliet-corrupt', `the Joliet tree: ${message}`);
    }
    return;
  }
  if (joliet.entries.size > 2 * MAX_COMPARED) {
    const message = `the Joliet tree has ${counted(joliet.entries.size, 'entry', 'entries')}, the other one ${image.entries.size}`;
    findings.add('iso-trees-differ', message);
    return;
  }
  compareTrees(image, joliet, findings);
}

/** Joliet cuts and replaces names: a file of another name counts where its content is the same. */
function compareTrees(image: Image, joliet: Image, findings: Findings): void {
  const [ours, theirs] = [filesOf(image), filesOf(joliet)];
  const [contents, others] = [new Set(ours.values()), new Set(theirs.values())];
  for (const [path, content] of ours) {
    const other = theirs.get(path);
    if (other === undefined ? !others.has(content) : other !== content) {
      const message =
        other === undefined
          ? 'the file is not in the Joliet tree'
          : 'the file has another content in the Joliet tree';
      findings.add('iso-trees-differ', message, { at: { path } });
    }
  }
  for (const [path, content] of theirs) {
    if (!ours.has(path) && !contents.has(content)) {
      findings.add('iso-trees-differ', `the Joliet tree alone has ${quoted(path)}`);
    }
  }
}

/** Where the content of each file is, by path; empty files are nowhere. */
function filesOf({ entries }: Image): Map<string, string> {
  return new Map([...entries.values()].flatMap(contentOf));
}

function contentOf({ path, kind, extents }: Entry): [string, string][] {
  if (kind !== 'file' || extents.length === 0) return [];
  return [[path, extents.map(({ offset, length }) => `${offset}+${length}`).join()]];
}

/** That the volume is named after the Solution and its version. */
export function checkVolumeName(volumeId: string, product: Product, findings: Findings): void {
  const wanted = volumeNames(product);
  if (wanted.some((text) => text.toLowerCase() === volumeId.toLowerCase())) return;
  const message = `the volume id is ${quoted(volumeId)}, expected ${quoted(wanted[0] ?? '')}`;
  findings.add('iso-volume-name', message);
}
