import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { solutionsErrors } from '../../src/errors.ts';
import { readFolder } from '../../src/out/folder.ts';
import { isDone, planFolder, type Files } from '../../src/out/plan.ts';
import { writeFolder, writeFolders, type Changes } from '../../src/out/write.ts';
import { scratch, tree } from '../disk/killed.ts';

const first = new Map([
  ['0000-namespaces.yaml', 'kind: Namespace\n'],
  ['0400-operator.a.b.yaml', 'kind: Deployment\n'],
  ['server-side/0100-crds.b.yaml', 'kind: CustomResourceDefinition\n'],
  ['README.md', '# out\n'],
]);
const second = new Map([
  ['0000-namespaces.yaml', 'kind: Namespace\n'],
  ['0400-operator.a.c.yaml', 'kind: Deployment # c\n'],
  ['README.md', '# out, again\n'],
]);

interface Written {
  readonly root: string;
  readonly out: string;
  readonly write: (files: Files, overwrite?: boolean) => Changes;
  /** What it complains of: code, place and line. */
  readonly complaints: (files: Files, overwrite?: boolean) => unknown[];
  /** The files but SHA256SUMS, after a check of that by sha256sum itself. */
  readonly content: () => Record<string, string>;
}

function folder(files?: Files): Written {
  const root = scratch();
  const out = join(root, 'out');
  const write: Written['write'] = (wanted, overwrite = false) =>
    writeFolder(planFolder(out, wanted), { overwrite });
  if (files) write(files);
  return {
    root,
    out,
    write,
    complaints(wanted, overwrite) {
      const before = tree(root);
      let error: unknown;
      try {
        write(wanted, overwrite);
      } catch (cause) {
        error = cause;
      }
      expect(tree(root)).toEqual(before);
      return solutionsErrors(error).map(({ code, place }) => [code, place?.file, place?.line]);
    },
    content() {
      execFileSync('sh', ['-c', 'sha256sum --check --strict --quiet SHA256SUMS'], { cwd: out });
      const { SHA256SUMS: _, ...ours } = tree(out);
      return ours;
    },
  };
}

describe('a folder of ours', () => {
  test('holds exactly the files and a list that sha256sum reads, sorted by bytes', () => {
    const { out, write, content } = folder();
    expect(write(first)).toEqual({
      written: [
        '0000-namespaces.yaml',
        '0400-operator.a.b.yaml',
        'README.md',
        'SHA256SUMS',
        'server-side/0100-crds.b.yaml',
      ],
      removed: [],
      unchanged: [],
      foreignManifests: [],
    });
    expect(content()).toEqual(Object.fromEntries(first));
    const names = readFileSync(join(out, 'SHA256SUMS'), 'utf8').match(/(?<= {2}).+/gu);
    expect(names).toEqual([...first.keys()].toSorted());
  });

  test('loses what is no longer wanted, and its empty folders', () => {
    const { out, write, content } = folder(first);
    expect(write(second)).toEqual({
      written: ['0400-operator.a.c.yaml', 'README.md', 'SHA256SUMS'],
      removed: ['0400-operator.a.b.yaml', 'server-side/0100-crds.b.yaml'],
      unchanged: ['0000-namespaces.yaml'],
      foreignManifests: [],
    });
    expect(content()).toEqual(Object.fromEntries(second));
    expect(existsSync(join(out, 'server-side'))).toBe(false);
  });

  test('that is to hold nothing any more loses its list too, and stays as it is then', () => {
    const { root, out, write } = folder(first);
    writeFileSync(join(out, 'theirs.txt'), 'theirs');
    expect(write(new Map())).toEqual({
      written: [],
      removed: [...first.keys(), 'SHA256SUMS'].toSorted(),
      unchanged: [],
      foreignManifests: [],
    });
    expect(tree(root)).toEqual({ 'out/theirs.txt': 'theirs' });
    const nothing = { written: [], removed: [], unchanged: [], foreignManifests: [] };
    expect(write(new Map())).toEqual(nothing);
    expect(folder().write(new Map())).toEqual(nothing);
  });

  test('that is to hold nothing is not made', () => {
    const { out, write } = folder();
    write(new Map());
    expect(existsSync(out)).toBe(false);
  });

  test('is not written when something speaks against another', () => {
    const one = folder(first);
    const other = folder(first);
    writeFileSync(join(other.out, 'README.md'), 'edited');
    const planned = [one, other].map(({ out }) => planFolder(out, second));
    expect(() => writeFolders(planned, { overwrite: false })).toThrow('edited');
    expect(one.content()).toEqual(Object.fromEntries(first));
    const [changes] = writeFolders(planned, { overwrite: true });
    expect(changes?.written).toContain('README.md');
    for (const { content } of [one, other]) expect(content()).toEqual(Object.fromEntries(second));
  });

  test('is not written when nothing changes', () => {
    const { out, write } = folder(first);
    const times = () =>
      [...first.keys(), 'SHA256SUMS', '.', 'server-side', '..'].map(
        (name) => statSync(join(out, name), { bigint: true }).ctimeNs,
      );
    const before = times();
    const changes = write(first);
    expect(changes.unchanged).toHaveLength(5);
    expect(changes.written).toEqual([]);
    expect(times()).toEqual(before);
  });

  test('has the same bytes whatever the order of the files', () => {
    const one = folder(first);
    const other = folder(new Map([...first].toReversed()));
    expect(tree(other.out)).toEqual(tree(one.out));
  });

  test('takes bytes as they are, and names outside ASCII', () => {
    const { out, write } = folder();
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    write(
      new Map<string, string | Uint8Array>([
        ['größe.bin', bytes],
        ['a.yaml', 'ß\n'],
      ]),
    );
    expect(readFileSync(join(out, 'größe.bin'))).toEqual(bytes);
    expect(
      write(
        new Map([
          ['größe.bin', bytes],
          ['a.yaml', Buffer.from('ß\n')],
        ]),
      ).written,
    ).toEqual([]);
  });

  test('may be a symbolic link to a folder, which stays one', () => {
    const { root, out, write } = folder();
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync('elsewhere', out);
    write(first);
    expect(tree(join(root, 'elsewhere'))).toMatchObject(Object.fromEntries(first));
    expect(readFolder(out).path).toBe(realpathSync(join(root, 'elsewhere')));
  });

  test.each([
    '../x.yaml',
    '/x.yaml',
    'a/b/c.yaml',
    '.x.yaml',
    'a/.x',
    'SHA256SUMS',
    '',
    'a\\b',
    'a\nb',
    'a/',
    '\u202Ex',
  ])('is never given the name %j', (name) => {
    const { root, write } = folder();
    expect(() => write(new Map([[name, '']]))).toThrow('not a name for a file of ours');
    expect(tree(root)).toEqual({});
  });
});

describe('files of others', () => {
  test('stay, and those that kubectl reads are reported', () => {
    const { out, write } = folder(first);
    const theirs = {
      'notes.txt': '',
      'kustomization.yaml': '',
      '.hidden.yml': '',
      'x.json': '',
      'sub/a.yaml': '',
      'server-side/theirs.yaml': '',
    };
    mkdirSync(join(out, 'sub'));
    mkdirSync(join(out, 'folder.yaml'));
    for (const name of Object.keys(theirs)) writeFileSync(join(out, name), '');
    expect(write(second).foreignManifests).toEqual([
      '.hidden.yml',
      'kustomization.yaml',
      'server-side/theirs.yaml',
      'x.json',
    ]);
    expect(tree(out)).toMatchObject({ ...theirs, ...Object.fromEntries(second) });
    expect(readFolder(out).foreign).toEqual([
      '.hidden.yml',
      'folder.yaml/',
      'kustomization.yaml',
      'notes.txt',
      'server-side/',
      'sub/',
      'x.json',
    ]);
  });

  test('in the way of new names stop the run, all of them named, until overwriting', () => {
    const { out, write, complaints, content } = folder(first);
    writeFileSync(join(out, '0400-operator.a.c.yaml'), 'theirs');
    writeFileSync(join(out, 'README.md'), 'edited');
    expect(complaints(second)).toEqual([
      ['edited', 'out/README.md', undefined],
      ['in-the-way', 'out/0400-operator.a.c.yaml', undefined],
    ]);
    write(second, true);
    expect(content()).toEqual(Object.fromEntries(second));
  });

  test('with the very bytes that are wanted are taken over', () => {
    const { out, write, content } = folder(first);
    writeFileSync(join(out, '0400-operator.a.c.yaml'), 'kind: Deployment # c\n');
    expect(write(second).unchanged).toContain('0400-operator.a.c.yaml');
    expect(content()).toEqual(Object.fromEntries(second));
  });
});

describe('an edit', () => {
  test('stops the run, also of a file that is to be removed', () => {
    const { out, write, complaints, content } = folder(first);
    writeFileSync(join(out, '0400-operator.a.b.yaml'), 'kind: Deployment\nreplicas: 3\n');
    expect(readFolder(out).files.get('0400-operator.a.b.yaml')?.state).toBe('edited');
    expect(readFolder(out).files.get('README.md')?.state).toBe('as-listed');
    expect(complaints(first)).toEqual([['edited', 'out/0400-operator.a.b.yaml', undefined]]);
    expect(complaints(second)).toEqual([['edited', 'out/0400-operator.a.b.yaml', undefined]]);
    expect(() => write(first)).toThrow(
      expect.objectContaining({
        message: 'this file was edited since it was written',
        hint: '`--overwrite` replaces it, and the edit is lost; `git checkout out/0400-operator.a.b.yaml` takes the edit back',
      }),
    );
    write(second, true);
    expect(content()).toEqual(Object.fromEntries(second));
  });

  test('to exactly what is wanted now is none', () => {
    const { out, write, content } = folder(first);
    writeFileSync(join(out, 'README.md'), '# out, again\n');
    write(second);
    expect(content()).toEqual(Object.fromEntries(second));
  });

  test('that removed or emptied a file is mended', () => {
    const { out, write, content } = folder(first);
    rmSync(join(out, 'README.md'));
    rmSync(join(out, 'server-side'), { recursive: true });
    writeFileSync(join(out, '0000-namespaces.yaml'), '');
    expect(readFolder(out).files.get('README.md')?.state).toBe('missing');
    expect(write(first).written).toEqual([
      '0000-namespaces.yaml',
      'README.md',
      'server-side/0100-crds.b.yaml',
    ]);
    expect(content()).toEqual(Object.fromEntries(first));
  });

  test('by line endings alone is called by its name', () => {
    const { out, write, complaints, content } = folder(first);
    for (const name of [...first.keys(), 'SHA256SUMS']) {
      const path = join(out, name);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'));
    }
    expect(complaints(first)).toEqual([['line-endings', 'out', undefined]]);
    expect(() => write(first)).toThrow(
      expect.objectContaining({
        message:
          'CRLF line endings were put into 0000-namespaces.yaml, 0400-operator.a.b.yaml, README.md and 1 more',
        hint: 'git does so on checkout: put `/out/** -text` into .gitattributes; `--overwrite` writes them anew',
      }),
    );
    write(first, true);
    expect(content()).toEqual(Object.fromEntries(first));
  });

  test('of 65 MiB is seen without reading it', () => {
    const { out, complaints } = folder(first);
    truncateSync(join(out, 'README.md'), 2 ** 40);
    const start = performance.now();
    expect(readFolder(out).files.get('README.md')).toEqual({
      kind: 'file',
      state: 'edited',
      digest: undefined,
    });
    expect(performance.now() - start).toBeLessThan(1000);
    rmSync(join(out, 'README.md'));
    writeFileSync(join(out, 'README.md'), Buffer.alloc(65 << 20));
    expect(complaints(first)).toEqual([['edited', 'out/README.md', undefined]]);
  });
});

describe('the list', () => {
  const digest = '0'.repeat(64);

  test('when missing stops the run while there are files with our names', () => {
    const { out, write, complaints, content } = folder(first);
    rmSync(join(out, 'SHA256SUMS'));
    expect(complaints(second)).toEqual([['sums-missing', 'out/SHA256SUMS', undefined]]);
    write(second, true);
    expect(content()).toEqual({ ...Object.fromEntries(first), ...Object.fromEntries(second) });
  });

  test('when missing beside nothing of ours is written', () => {
    const { out, write } = folder();
    mkdirSync(out);
    writeFileSync(join(out, 'theirs.txt'), 'theirs');
    write(first);
    expect(tree(out)).toMatchObject({ ...Object.fromEntries(first), 'theirs.txt': 'theirs' });
  });

  test('in a merge conflict stops the run; overwriting knows the files of both sides', () => {
    const { root, out, write, complaints, content } = folder(first);
    const git = (...values: string[]) =>
      execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e', ...values], { cwd: root });
    const commit = () => {
      git('add', 'out');
      git('commit', '--quiet', '--message', 'c');
    };
    git('init', '--quiet', '--initial-branch', 'main');
    commit();
    git('checkout', '--quiet', '-b', 'side');
    write(new Map([...first, ['0500-side.yaml', 'side\n']]));
    commit();
    git('checkout', '--quiet', 'main');
    write(new Map([...first, ['0500-main.yaml', 'main\n']]));
    commit();
    expect(() => git('merge', '--quiet', 'side')).toThrow('Command failed');
    expect(readFileSync(join(out, 'SHA256SUMS'), 'utf8')).toContain('<<<<<<<');
    expect(complaints(second)).toEqual([['sums-conflict', 'out/SHA256SUMS', 3]]);
    write(second, true);
    expect(content()).toEqual(Object.fromEntries(second));
  });

  test.each([
    ['a path out of the folder', `${digest}  ../theirs\n`],
    ['an absolute path', `${digest}  /etc/passwd\n`],
    ['a path through the folder', `${digest}  a/../../theirs\n`],
    ['a dot file', `${digest}  .git\n`],
    ['no digest', 'nonsense\n'],
    ['a short digest', `${digest.slice(1)}  a\n`],
    ['an empty line', '\n'],
    ['a terminal escape', `${digest}  \u001B[2Ja\n`],
    ['zeros', '\0'.repeat(100)],
  ])('with %s stops the run, and overwriting removes nothing outside', (_, line) => {
    const { root, out, write, complaints, content } = folder(first);
    writeFileSync(join(root, 'theirs'), 'theirs');
    writeFileSync(
      join(out, 'SHA256SUMS'),
      `${readFileSync(join(out, 'SHA256SUMS'), 'utf8')}${line}`,
    );
    expect(complaints(second)).toEqual([['sums-malformed', 'out/SHA256SUMS', 5]]);
    write(second, true);
    expect(content()).toEqual(Object.fromEntries(second));
    expect(readFileSync(join(root, 'theirs'), 'utf8')).toBe('theirs');
  });

  test('of 20 MB is read within seconds', () => {
    const { out } = folder();
    mkdirSync(out);
    writeFileSync(join(out, 'SHA256SUMS'), `${digest}  ${'a'.repeat(200)}\n`.repeat(75_000));
    const start = performance.now();
    expect(readFolder(out).files.size).toBe(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

/** The names that both states have, as a folder of ours may hold them. */
function mayHold(name: string): boolean {
  return first.has(name) || second.has(name);
}

/** Files of somebody else, with a list that sha256sum made. */
function writeTheirs(out: string, ...names: readonly string[]): void {
  mkdirSync(out, { recursive: true });
  for (const name of names) writeFileSync(join(out, name), name);
  execFileSync('sh', ['-c', `sha256sum ${names.join(' ')} > SHA256SUMS`], { cwd: out });
}

describe('a list of somebody else', () => {
  test.each([[['app.yaml']], [['README.md', 'app.yaml']], [['./app.yaml']]])(
    'that names %j is left with its files where nothing of ours is wanted',
    (names) => {
      const { root, out } = folder();
      writeTheirs(out, ...names);
      const before = tree(root);
      const planned = planFolder(out, new Map(), { mayHold });
      expect(isDone(planned)).toBe(true);
      expect(writeFolder(planned, { overwrite: true }).removed).toEqual([]);
      expect(tree(root)).toEqual(before);
    },
  );

  test('stops a run that wants to write, and overwriting leaves the files that it names', () => {
    const { root, out, content } = folder();
    writeTheirs(out, 'app.yaml', 'README.md');
    const before = tree(root);
    expect(() => writeFolder(planFolder(out, first, { mayHold }), { overwrite: false })).toThrow(
      expect.objectContaining({ code: 'sums-foreign' }),
    );
    expect(tree(root)).toEqual(before);
    writeFolder(planFolder(out, first, { mayHold }), { overwrite: true });
    expect(content()).toEqual({ ...Object.fromEntries(first), 'app.yaml': 'app.yaml' });
  });

  test('is ours all the same where it names what we write alone', () => {
    const { out, content } = folder(first);
    const planned = planFolder(out, second, { mayHold });
    expect(writeFolder(planned, { overwrite: false }).removed).toContain('0400-operator.a.b.yaml');
    expect(content()).toEqual(Object.fromEntries(second));
  });
});

describe('what is no file', () => {
  test('a link in place of a file is an edit, and only the link is ever replaced', () => {
    const { root, out, write, complaints, content } = folder(first);
    writeFileSync(join(root, 'theirs'), '# out\n');
    for (const name of ['README.md', '0400-operator.a.b.yaml']) {
      rmSync(join(out, name));
      symlinkSync('../theirs', join(out, name));
    }
    expect(complaints(second)).toEqual([
      ['edited', 'out/0400-operator.a.b.yaml', undefined],
      ['edited', 'out/README.md', undefined],
    ]);
    write(second, true);
    expect(content()).toEqual(Object.fromEntries(second));
    expect(readFileSync(join(root, 'theirs'), 'utf8')).toBe('# out\n');
  });

  test('a linked sub-folder stops the run, also when overwriting', () => {
    const { root, out, complaints } = folder(first);
    mkdirSync(join(root, 'theirs'));
    writeFileSync(join(root, 'theirs/0100-crds.b.yaml'), 'kind: CustomResourceDefinition\n');
    rmSync(join(out, 'server-side'), { recursive: true });
    symlinkSync('../theirs', join(out, 'server-side'));
    expect(complaints(second, true)).toEqual([['not-a-file', 'out/server-side', undefined]]);
    expect(complaints(first, true)).toEqual([['not-a-file', 'out/server-side', undefined]]);
  });

  test.each([
    'README.md',
    'SHA256SUMS',
    '.SHA256SUMS.next',
    '.SHA256SUMS.part',
    '0400-operator.a.c.yaml',
  ])('a folder with the name %s stops the run, also when overwriting', (name) => {
    const { out, complaints } = folder(first);
    rmSync(join(out, name), { force: true });
    mkdirSync(join(out, name));
    writeFileSync(join(out, name, 'theirs'), '');
    expect(complaints(second, true)).toEqual([['not-a-file', `out/${name}`, undefined]]);
  });

  test('a pipe in place of a file or of the list is an edit, and nobody waits for it', () => {
    const { out, write, content } = folder(first);
    rmSync(join(out, 'README.md'));
    execFileSync('sh', ['-c', 'mkfifo README.md'], { cwd: out });
    expect(readFolder(out).files.get('README.md')).toMatchObject({
      kind: 'other',
      state: 'edited',
    });
    write(first, true);
    rmSync(join(out, 'SHA256SUMS'));
    symlinkSync('../../../etc/passwd', join(out, 'SHA256SUMS'));
    expect(() => write(first)).toThrow(expect.objectContaining({ code: 'sums-malformed' }));
    write(first, true);
    expect(content()).toEqual(Object.fromEntries(first));
  });

  test('a file in place of the folder is named', () => {
    const { out, complaints } = folder();
    writeFileSync(out, '');
    expect(complaints(first, true)).toEqual([['not-a-file', 'out', undefined]]);
  });
});

test('another name for the folder is used in all messages', () => {
  const { out } = folder(first);
  chmodSync(out, 0o755);
  writeFileSync(join(out, 'README.md'), 'edited');
  expect(() =>
    writeFolder(planFolder(out, first, { label: 'deploy/gitops' }), { overwrite: false }),
  ).toThrow(expect.objectContaining({ place: { file: 'deploy/gitops/README.md' } }));
});
