import { execa } from 'execa';
import { scratchFolder } from './archive-make.ts';

/** What a commit needs that the machine may not have; nothing of the user's own settings counts. */
const env = {
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
};

/** Runs git in `folder`; gives what it printed. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  return (await execa('git', ['-C', folder, ...args], { env })).stdout;
}

/** Makes `folder` a repository, on the branch `main`. */
export async function startRepository(folder = scratchFolder()): Promise<string> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  return folder;
}

/** Commits everything in `folder`; gives the name of the commit. */
export async function commitAll(folder: string, message: string): Promise<string> {
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', message);
  return git(folder, 'rev-parse', 'HEAD');
}
