import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastCommitted } from '../../src/cluster/git.ts';
import { commitAll, git, startRepository } from '../support/git.ts';
import { scratchFolder } from '../support/archive-make.ts';

const path = 'metadata/store-1.0.0/archive.yaml';

function save(folder: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function textAt(folder: string): Promise<string | undefined> {
  const found = await lastCommitted(folder, path);
  return found && Buffer.from(found.bytes).toString('utf8');
}

describe('the last commit that has a file', () => {
  it('is the one before its removal, whatever came later', async () => {
    const folder = await startRepository();
    save(folder, 'first');
    await commitAll(folder, 'add');
    save(folder, 'second');
    const second = await commitAll(folder, 'change');
    rmSync(join(folder, 'metadata'), { recursive: true });
    await commitAll(folder, 'remove');
    writeFileSync(join(folder, 'other'), '');
    await commitAll(folder, 'go on');
    expect(await textAt(folder)).toBe('second');
    expect((await lastCommitted(folder, path))?.commit).toBe(second);
  });

  it('is found where the file came back and went again, and in a folder of the repository', async () => {
    const folder = await startRepository();
    const inner = join(folder, 'clusters/paris');
    for (const text of ['first', 'second']) {
      save(inner, text);
      await commitAll(folder, 'add');
      rmSync(join(inner, 'metadata'), { recursive: true });
      await commitAll(folder, 'remove');
    }
    expect(await textAt(inner)).toBe('second');
    expect(await textAt(folder)).toBeUndefined();
  });

  it('is found on a branch that was merged after it had removed the file again', async () => {
    const folder = await startRepository();
    writeFileSync(join(folder, 'other'), '');
    await commitAll(folder, 'start');
    await git(folder, 'checkout', '-q', '-b', 'side');
    save(folder, 'of the side');
    await commitAll(folder, 'add');
    rmSync(join(folder, 'metadata'), { recursive: true });
    await commitAll(folder, 'remove');
    await git(folder, 'checkout', '-q', 'main');
    writeFileSync(join(folder, 'other'), 'more');
    await commitAll(folder, 'go on');
    await git(folder, 'merge', '-q', '--no-ff', '-m', 'merge', 'side');
    expect(await textAt(folder)).toBe('of the side');
  });

  it('gives every byte of the file', async () => {
    const folder = await startRepository();
    save(folder, 'a\r\nb\n\n');
    writeFileSync(join(folder, '.gitattributes'), '* -text\n');
    await commitAll(folder, 'add');
    expect(await textAt(folder)).toBe('a\r\nb\n\n');
  });

  it('does not exist outside a repository, in an empty one, or where the path was a folder', async () => {
    expect(await textAt(scratchFolder())).toBeUndefined();
    const folder = await startRepository();
    expect(await textAt(folder)).toBeUndefined();
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'file'), '');
    await commitAll(folder, 'a folder');
    expect(await textAt(folder)).toBeUndefined();
  });

  it('is an error where git fails, with what it said', async () => {
    const folder = await startRepository();
    save(folder, 'text');
    const commit = await commitAll(folder, 'add');
    writeFileSync(join(folder, 'other'), '');
    await commitAll(folder, 'go on');
    rmSync(join(folder, '.git/objects', commit.slice(0, 2), commit.slice(2)));
    await expect(textAt(folder)).rejects.toMatchObject({ code: 'git' });
  });
});
