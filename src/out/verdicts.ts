import { counted } from '../count.ts';
import type { Verdict } from '../trust/verdict.ts';
import { isDone, type FolderPlan } from './plan.ts';
import { SUMS } from './sums.ts';

/** What is said of a folder of ours, or of a file in it. */
export type FolderVerdict = Verdict<'folder'>;

const SYNTH = '`solutions synth` writes it anew';
/** Without the flag synth stops at what somebody edited. */
const OVERWRITE = '`solutions synth --overwrite` writes it anew, and the edit is lost';

/**
 * Whether a folder holds what was rendered for it, and nothing else. Nothing is said of a folder that
 * is not wanted and not ours.
 */
export function folderVerdicts(planned: FolderPlan): FolderVerdict[] {
  const { folder, plan } = planned;
  const { label } = folder;
  if (plan.sums === undefined && folder.sums === undefined && folder.next === undefined) return [];
  const wrong = (name: string, message: string, hint = SYNTH): FolderVerdict => {
    return { check: 'folder', state: 'wrong', file: `${label}/${name}`, message, hint };
  };
  const verdicts = [
    ...plan.write.map((name) => wrong(name, changeOf(planned, name), remedyOf(planned, name))),
    ...plan.remove.map((name) => wrong(name, 'this file is not rendered any more')),
    ...folder.foreign.map((name) =>
      wrong(name, 'nothing that is rendered has this name', 'move it out of here: it is not ours'),
    ),
    ...plan.obstacles.map(({ message, hint, place }) => ({
      ...wrong('', message, hint),
      file: place?.file ?? label,
    })),
  ];
  if (verdicts.length > 0) return verdicts;
  if (!isDone(planned)) {
    return [wrong(SUMS, 'the list of our files is not the one of what is rendered')];
  }
  const files = counted(plan.unchanged.length, 'file is', 'files are');
  const message = `its ${files} what is rendered, and nothing else is in it`;
  return [{ check: 'folder', state: 'checked', file: `${label}/`, message }];
}

function remedyOf({ folder }: FolderPlan, name: string): string {
  return folder.files.get(name)?.state === 'edited' ? OVERWRITE : SYNTH;
}

function changeOf({ folder }: FolderPlan, name: string): string {
  const file = folder.files.get(name);
  if (file?.kind === 'missing') return 'this file is missing';
  return file?.state === 'edited'
    ? 'this file was edited since it was written'
    : 'this file is not what is rendered now';
}
