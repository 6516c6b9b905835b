import { execa } from 'execa';
import { mistakeOf } from '../errors.ts';

/** What Git fails with here: the program itself, and a revision that it has not. */
export type GitCode = 'git' | 'git-revision';

/** Makes an error of what Git says. */
export const mistake = mistakeOf<GitCode>();

/** A history of a hundred thousand commits takes some seconds. */
const TIMEOUT = 120_000;

/**
 * Messages are compared; nobody is there to be asked for a password. A hook has variables that hold for
 * its own folder, and would make `root` the top of the repository.
 */
const env = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_DIR: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
  GIT_WORK_TREE: undefined,
};

/** How a run of Git ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** Why there is no answer; nothing where Git itself says it. */
  readonly why: string | undefined;
}

interface GitOptions {
  /** What Git reads from its standard input. */
  readonly input?: string;
  /** Of its answer, in bytes. */
  readonly limit: number;
}

/** Runs git in `root`, whatever its exit code; no shell, no question. */
export async function git(
  root: string,
  args: readonly string[],
  { input = '', limit }: GitOptions,
): Promise<Ended> {
  const { exitCode, stdout, stderr, code, timedOut, isMaxBuffer } = await execa(
    'git',
    ['-C', root, ...args],
    {
      input,
      encoding: 'buffer',
      stripFinalNewline: false,
      reject: false,
      timeout: TIMEOUT,
      maxBuffer: limit,
      env,
    },
  );
  return {
    exitCode,
    stdout,
    stderr: Buffer.from(stderr).toString('utf8'),
    why: reasonOf({ code, timedOut, isMaxBuffer, limit }),
  };
}

interface Unanswered {
  readonly code: string | undefined;
  readonly timedOut: boolean;
  readonly isMaxBuffer: boolean;
  readonly limit: number;
}

function reasonOf({ code, timedOut, isMaxBuffer, limit }: Unanswered): string | undefined {
  if (code === 'ENOENT') return 'is not on the PATH';
  if (timedOut) return 'does not answer';
  return isMaxBuffer ? `answers with more than ${limit} bytes, which are not read` : undefined;
}

/**
 * What Git answered.
 *
 * @param hint what to do where it did not
 * @throws SolutionsError `git`
 */
export function answerOf({ exitCode, stdout, stderr, why }: Ended, hint: string): Buffer {
  if (exitCode === 0) return Buffer.from(stdout);
  const said = stderr.trim().slice(0, 1000).replaceAll(/\s+/gu, ' ');
  throw mistake('git', `git ${why ?? `failed: ${said}`}`, { hint });
}
