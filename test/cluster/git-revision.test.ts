import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blobId, committedBytes, revisionOf } from '../../src/cluster/git-revision.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { commitAll, git, startRepository } from '../support/git.ts';

function save(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The texts that a revision has below out/, by path. */
async function textsAt(folder: string, revision = 'HEAD'): Promise<Record<string, string>> {
  const { files } = await revisionOf(folder, revision, ['out/']);
  const bytes = await committedBytes(
    folder,
    files.map(({ id }) => id),
  );
  return Object.fromEntries(
    files.map(({ path, id }) => [path, bytes.get(id)?.toString('utf8') ?? 'missing']),
  );
}

describe('a revision', () => {
  it('gives the files of the folders as they were committed, whatever was edited since', async () => {
    const folder = await startRepository();
    save(folder, { 'out/b.yaml': 'b\n\n', 'out/a/ä "x"\n.yaml': 'a', 'other/c.yaml': 'c' });
    await commitAll(folder, 'one');
    save(folder, { 'out/b.yaml': 'edited', 'out/new.yaml': 'new' });
    expect(await textsAt(folder)).toEqual({ 'out/a/ä "x"\n.yaml': 'a', 'out/b.yaml': 'b\n\n' });
  });

  it('is a branch, a tag, an older commit, and the same in a folder of the repository', async () => {
    const folder = await startRepository();
    const inner = join(folder, 'clusters/paris');
    save(inner, { 'out/a.yaml': 'one' });
    save(folder, { 'out/a.yaml': 'of the root' });
    const first = await commitAll(folder, 'one');
    await git(folder, 'tag', 'v1');
    await git(folder, 'branch', 'other');
    save(inner, { 'out/a.yaml': 'two' });
    await commitAll(folder, 'two');
    for (const revision of [first, 'v1', 'other', 'HEAD~1', first.slice(0, 10)]) {
      expect(await textsAt(inner, revision)).toEqual({ 'out/a.yaml': 'one' });
    }
    expect(await textsAt(inner)).toEqual({ 'out/a.yaml': 'two' });
  });

  it('takes no link for a file', async () => {
    const folder = await startRepository();
    save(folder, { 'out/a.yaml': 'a' });
    symlinkSync('a.yaml', join(folder, 'out/link.yaml'));
    await commitAll(folder, 'one');
    expect(Object.keys(await textsAt(folder))).toEqual(['out/a.yaml']);
  });

  it('has neither commit nor files before the first commit', async () => {
    const folder = await startRepository();
    expect(await revisionOf(folder, 'HEAD', ['out/'])).toEqual({ commit: undefined, files: [] });
  });

  it.each(['gone', 'HEAD~5', '--all', '', 'HEAD..HEAD', 'HEAD:out', 'a\nb'])(
    'is refused where it names no commit: %j',
    async (revision) => {
      const folder = await startRepository();
      save(folder, { 'out/a.yaml': 'a' });
      await commitAll(folder, 'one');
      await expect(revisionOf(folder, revision, ['out/'])).rejects.toMatchObject({
        code: 'git-revision',
        message: `git knows no commit ${JSON.stringify(revision)}`,
      });
    },
  );

  it('is missed in a shallow clone with what brings it', async () => {
    const origin = await startRepository();
    for (const text of ['one', 'two']) {
      save(origin, { 'out/a.yaml': text });
      await commitAll(origin, text);
    }
    const clone = join(scratchFolder(), 'clone');
    await git(origin, 'clone', '--quiet', '--depth=1', `file://${origin}`, clone);
    await expect(revisionOf(clone, 'HEAD~1', ['out/'])).rejects.toMatchObject({
      code: 'git-revision',
      hint: expect.stringContaining('--unshallow'),
    });
  });

  it('is refused outside a repository', async () => {
    await expect(revisionOf(scratchFolder(), 'HEAD', ['out/'])).rejects.toMatchObject({
      code: 'git-revision',
      message: expect.stringContaining('is in no git repository'),
    });
  });
});

describe('the bytes of a commit', () => {
  it('are an error where one of them is damaged', async () => {
    const folder = await startRepository();
    save(folder, { 'out/a.yaml': 'a', 'out/b.yaml': 'b' });
    await commitAll(folder, 'one');
    const { files } = await revisionOf(folder, 'HEAD', ['out/']);
    const lost = files[1]?.id ?? '';
    rmSync(join(folder, '.git/objects', lost.slice(0, 2), lost.slice(2)));
    await expect(textsAt(folder)).rejects.toMatchObject({
      code: 'git',
      message: expect.stringContaining(lost),
    });
  });
});

describe('the id of a text', () => {
  it.each(['sha1', 'sha256'])('is that of git in a repository of %s', async (format) => {
    const folder = scratchFolder();
    await git(folder, 'init', '--quiet', `--object-format=${format}`);
    const text = 'ä line\nand another\n';
    save(folder, { 'out/a.yaml': text });
    await commitAll(folder, 'one');
    const [file] = (await revisionOf(folder, 'HEAD', ['out/'])).files;
    expect(blobId(text, file?.id ?? '')).toBe(file?.id);
    expect(blobId(`${text} `, file?.id ?? '')).not.toBe(file?.id);
  });
});
