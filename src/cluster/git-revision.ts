import { hash } from 'node:crypto';
import { answerOf, git, mistake } from './git-process.ts';

/** A file that is in a commit. */
interface CommittedEntry {
  /** Relative to the folder that was asked about, with `/`. */
  readonly path: string;
  /** The name of its bytes: 40 or 64 hexadecimal digits, {@link blobId}. */
  readonly id: string;
}

/** A revision as Git has it. */
export interface Revision {
  /** The full name of the commit; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  /** Files below the wanted folders; links and submodules are none. In byte order. */
  readonly files: readonly CommittedEntry[];
}

/** Bytes: of a list of files, far above what anybody commits. */
const MAX_LIST = 64 << 20;
/** Bytes: of all files that are read at once; 1,000 Environments have 7 MB. */
const MAX_FILES = 512 << 20;
const MAX_NAME = 1 << 20;

const HINT = 'a plan compares the files with what was committed: it needs git and its repository';

/**
 * What a revision has below `folders`. No worktree is made and nothing is checked out.
 *
 * @param root the folder of solutions.yaml, anywhere in a repository
 * @param revision anything that names one commit: a branch, a tag, `HEAD~1`; `HEAD` may be missing
 * @param folders below `root`, with a `/` at the end; a file without one
 * @throws SolutionsError `git-revision` where there is no such revision or no repository, `git`
 *   where git is not on the PATH, or fails
 */
export async function revisionOf(
  root: string,
  revision: string,
  folders: readonly string[],
): Promise<Revision> {
  const commit = await commitOf(root, revision);
  if (commit === undefined) return { commit, files: [] };
  const list = await git(root, ['ls-tree', '-r', '-z', commit, '--', ...folders], {
    limit: MAX_LIST,
  });
  const entries = answerOf(list, HINT).toString('utf8').split('\0');
  return { commit, files: entries.flatMap(fileIn) };
}

async function commitOf(root: string, revision: string): Promise<string | undefined> {
  // An option, or nothing before the `^`, would be asked for something else.
  if (/^(?:-|$)/u.test(revision)) throw unknown(revision, 'it names no commit');
  const found = await git(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], {
    limit: MAX_NAME,
  });
  if (/not a git repository/u.test(found.stderr)) {
    throw mistake('git-revision', `${root} is in no git repository`, {
      hint: `${HINT}; \`git init\` makes one`,
    });
  }
  if (found.exitCode !== 1) {
    const commit = answerOf(found, HINT).toString('utf8').trim();
    // A range such as `a..b` names several.
    if (/^[0-9a-f]+$/u.test(commit)) return commit;
    throw unknown(revision, 'give one commit; of a range, its start');
  }
  if (revision === 'HEAD') return undefined;
  const shallow = await git(root, ['rev-parse', '--is-shallow-repository'], { limit: MAX_NAME });
  const isShallow = answerOf(shallow, HINT).toString('utf8').trim() === 'true';
  throw unknown(
    revision,
    isShallow
      ? 'this is a shallow clone, which lacks most commits: `git fetch --unshallow`; in CI, fetch the whole history'
      : '`git fetch` brings branches and tags of others; `git log --oneline` shows what there is',
  );
}

function unknown(revision: string, hint: string) {
  return mistake('git-revision', `git knows no commit ${JSON.stringify(revision)}`, { hint });
}

/** `<mode> <type> <id>\t<path>`; modes of files start with 100. */
function fileIn(entry: string): CommittedEntry[] {
  const [, id, path] = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/su.exec(entry) ?? [];
  return id === undefined || path === undefined ? [] : [{ id, path }];
}

/**
 * The bytes of files by their ids, read in one go.
 *
 * @throws SolutionsError `git`, where one of them is missing too
 */
export async function committedBytes(
  root: string,
  ids: readonly string[],
): Promise<Map<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const input = ids.map((id) => `${id}\n`).join('');
  const answer = answerOf(
    await git(root, ['cat-file', '--batch'], { input, limit: MAX_FILES }),
    HINT,
  );
  const files = new Map<string, Buffer>();
  let at = 0;
  for (const id of ids) {
    const end = answer.indexOf('\n', at);
    const header = answer.toString('latin1', at, Math.max(at, end));
    const [, size] = /^[0-9a-f]+ blob (\d+)$/u.exec(header) ?? [];
    if (size === undefined) throw missing(header);
    const start = end + 1;
    files.set(id, answer.subarray(start, start + Number(size)));
    // A line feed ends each.
    at = start + Number(size) + 1;
  }
  return files;
}

function missing(header: string) {
  return mistake('git', `git has not all files of the commit: ${JSON.stringify(header)}`, {
    hint: '`git fsck` tells what is damaged; `git fetch` may bring what is missing',
  });
}

/**
 * The id that Git gives to a text.
 *
 * @param like an id of the same repository: they are sha1 or, rarely, sha256
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export function blobId(text: string, like: string): string {
  const algorithm = like.length === 64 ? 'sha256' : 'sha1';
  return hash(algorithm, `blob ${Buffer.byteLength(text)}\0${text}`, 'hex');
}
