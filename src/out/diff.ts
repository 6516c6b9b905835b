import { join } from 'node:path';
import type { StructuredPatch } from 'diff';
import { onDisk } from '../disk/failure.ts';
import { throwAll } from '../errors.ts';
import { printableLines } from '../printable.ts';
import type { OwnedFolder } from './folder.ts';
import { readOwned } from './owned-file.ts';
import type { FolderPlan } from './plan.ts';
import { inByteOrder, SUMS } from './sums.ts';

/**
 * What an overwriting {@link writeFolder} would change, as a unified diff that `git apply` takes;
 * '' when nothing. Writes nothing.
 *
 * Control characters are shown as `\u001b`: a diff is read in a terminal, and what is on the disk may be
 * anybody's.
 *
 * @throws SolutionsError, or several in an AggregateError: what has the name of a file or folder of
 *   ours and is none (`not-a-file`), or what the disk refuses (DiskCode).
 */
export async function diffFolder({ folder, plan, files }: FolderPlan): Promise<string> {
  throwAll(plan.obstacles);
  const names = [...plan.write, ...plan.remove];
  if (folder.sums?.text !== plan.sums) names.push(SUMS);
  if (names.length === 0) return '';

  const patches = await patcher();
  return inByteOrder(names)
    .map((name) => {
      const next = name === SUMS ? plan.sums : files.get(name);
      return patches(`${folder.label}/${name}`, oldText(folder, name), next && visible(next));
    })
    .join('');
}

/** The text of a file that is there; nothing for a link, or for what is too large to be ours. */
function oldText(folder: OwnedFolder, name: string): string | undefined {
  if (name === SUMS) return folder.sums && visible(folder.sums.text);
  if (folder.files.get(name)?.kind !== 'file') return undefined;
  const path = join(folder.path, name);
  const bytes = onDisk(`${folder.label}/${name}`, () => readOwned(path));
  return bytes && visible(bytes);
}

function visible(bytes: string | Uint8Array): string {
  return printableLines(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8'));
}

/** The steps that all comparisons of one diff may take: about a second. */
const MAX_STEPS = 10_000_000;

/** The edits that are looked for in every file, however many steps the files before it took. */
const MIN_EDITS = 100;

type Patcher = (name: string, before: string | undefined, after: string | undefined) => string;

/** Loads the diff library, which only this needs. */
async function patcher(): Promise<Patcher> {
  const { formatPatch, structuredPatch } = await import('diff');
  let steps = MAX_STEPS;

  // The search takes the square of the number of edits: two large files that share nothing would
  // take minutes. Where it is given up, all lines are replaced. A file gets half of what is left.
  // Counted, not timed: same bytes.
  const hunks = (before: string, after: string): StructuredPatch['hunks'] => {
    if (before === '' || after === '') return replaced(before, after);
    const maxEditLength = Math.max(MIN_EDITS, Math.floor(Math.sqrt(steps / 2)));
    const patch = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength });
    const edits = patch?.hunks.flatMap(({ lines }) =>
      lines.filter((line) => !line.startsWith(' ')),
    );
    steps = Math.max(0, steps - (edits?.length ?? maxEditLength) ** 2);
    return patch?.hunks ?? replaced(before, after);
  };

  return (name, before, after) => {
    const patch: StructuredPatch = {
      isGit: true,
      oldFileName: before === undefined ? '/dev/null' : `a/${name}`,
      newFileName: after === undefined ? '/dev/null' : `b/${name}`,
      oldHeader: undefined,
      newHeader: undefined,
      hunks: hunks(before ?? '', after ?? ''),
    };
    if (before === undefined) Object.assign(patch, { isCreate: true, newMode: '100644' });
    if (after === undefined) Object.assign(patch, { isDelete: true, oldMode: '100644' });
    return formatPatch(patch);
  };
}

/** One hunk that takes all lines out and puts all lines in. */
function replaced(before: string, after: string): StructuredPatch['hunks'] {
  const [old, next] = [linesOf(before), linesOf(after)];
  if (old.length + next.length === 0) return [];
  const lines = [...signed('-', old), ...signed('+', next)];
  return [{ oldStart: 1, oldLines: old.length, newStart: 1, newLines: next.length, lines }];
}

/** Lines with their ends, of which the last may be missing. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/gu) ?? [];
}

function signed(sign: '-' | '+', lines: readonly string[]): string[] {
  return lines.flatMap((line) =>
    line.endsWith('\n')
      ? [sign + line.slice(0, -1)]
      : [sign + line, '\\ No newline at end of file'],
  );
}
