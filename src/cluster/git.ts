import { answerOf, git, type Ended } from './git-process.ts';

/** A file as a commit has it. */
export interface CommittedFile {
  /** The full name of the commit. */
  readonly commit: string;
  readonly bytes: Uint8Array;
}

/** Commits that touched the file and do not have it: each of them removed it once more. */
const MAX_COMMITS = 100;
/** Of one answer, in bytes. */
const limit = 32 << 20;
const HINT =
  'the record of an archive that is no longer imported is looked for in Git; `--archive` names the archive instead';

/**
 * A file as the last commit before HEAD that has it; undefined where none has it, or where `root` is
 * in no repository.
 *
 * @param path - relative to `root`, with `/`; letters, digits, `.`, `_`, `-` alone
 * @throws SolutionsError `git` where git is not on the PATH, or fails
 */
export async function lastCommitted(
  root: string,
  path: string,
): Promise<CommittedFile | undefined> {
  const head = await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { limit });
  // 1: no commit yet.
  if (head.exitCode === 1 || /not a git repository/u.test(head.stderr)) return undefined;
  textOf(head);
  // A file that a side branch brought and removed is in none of the commits that a shorter history has.
  const history = ['rev-list', '--full-history', `--max-count=${MAX_COMMITS}`, 'HEAD', '--', path];
  const commits = textOf(await git(root, history, { limit }))
    .split('\n')
    .filter(Boolean);
  const names = commits.map((commit) => `${commit}:./${path}\n`).join('');
  const checked = textOf(
    await git(root, ['cat-file', '--batch-check=%(objecttype)'], { input: names, limit }),
  );
  const types = checked.split('\n');
  const commit = commits.find((_, index) => types[index] === 'blob');
  if (commit === undefined) return undefined;
  const file = await git(root, ['cat-file', 'blob', `${commit}:./${path}`], { limit });
  textOf(file);
  return { commit, bytes: file.stdout };
}

function textOf(ended: Ended): string {
  return answerOf(ended, HINT).toString('utf8');
}
