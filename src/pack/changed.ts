import { fewOf } from '../archive/mistake.ts';
import { mistake } from './mistake.ts';

/** That the folder was not the same all the time; `paths` are empty where nobody knows which. */
export function changedMistake(paths: readonly string[]) {
  const what =
    paths.length === 0
      ? 'the folder changed while it was packed'
      : `files changed while they were packed: ${fewOf(paths)}`;
  return mistake('pack-changed', what, {
    hint: 'wait until whatever writes the folder is done, then run it again',
  });
}
