import { execa } from 'execa';
import { SolutionsError } from '../errors.ts';

/** What Git fails with here. */
type GitCode = 'git';

/** A file as a commit has it. */
export interface CommittedFile {
  /** The full name of the commit. */
  readonly commit: string;
  readonly bytes: Uint8Array;
}

/** A history of a hundred thousand commits takes some seconds. */
const TIMEOUT = 120_000;
/** Commits that touched the file and do not have it: each of them removed it once more. */
const MAX_COMMITS = 100;
/** Of one answer, in bytes. */
const MAX_ANSWER = 32 << 20;

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
  const head = await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  // 1: no commit yet.
  if (head.exitCode === 1 || /not a git repository/u.test(head.stderr)) return undefined;
  textOf(head);
  // A file that a side branch brought and removed is in none of the commits that a shorter history has.
  const history = ['rev-list', '--full-history', `--max-count=${MAX_COMMITS}`, 'HEAD', '--', path];
  const commits = textOf(await git(root, history))
    .split('\n')
    .filter(Boolean);
  const names = commits.map((commit) => `${commit}:./${path}\n`).join('');
  const checked = textOf(await git(root, ['cat-file', '--batch-check=%(objecttype)'], names));
  const types = checked.split('\n');
  const commit = commits.find((_, index) => types[index] === 'blob');
  if (commit === undefined) return undefined;
  const file = await git(root, ['cat-file', 'blob', `${commit}:./${path}`]);
  textOf(file);
  return { commit, bytes: file.stdout };
}

interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  readonly why: string | undefined;
}

async function git(root: string, args: readonly string[], input = ''): Promise<Ended> {
  const { exitCode, stdout, stderr, code, timedOut } = await execa('git', ['-C', root, ...args], {
    input,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    timeout: TIMEOUT,
    maxBuffer: MAX_ANSWER,
    // Messages are compared; nobody is there to be asked for a password.
    env: { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  });
  const why = code === 'ENOENT' ? 'is not on the PATH' : timedOut ? 'does not answer' : undefined;
  return { exitCode, stdout, stderr: Buffer.from(stderr).toString('utf8'), why };
}

/** @throws SolutionsError `git` */
function textOf({ exitCode, stdout, stderr, why }: Ended): string {
  if (exitCode === 0) return Buffer.from(stdout).toString('utf8');
  const said = stderr.trim().slice(0, 1000);
  const code: GitCode = 'git';
  throw new SolutionsError(`git ${why ?? `failed: ${said}`}`, {
    code,
    hint: 'the record of an archive that is no longer imported is looked for in Git; `--archive` names the archive instead',
  });
}
