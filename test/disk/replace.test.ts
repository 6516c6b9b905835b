import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  recoverFolder,
  recoverFolders,
  removeFolder,
  replaceFile,
  replaceFolder,
} from '../../src/disk/replace.ts';
import { bundle, runProgram, scratch, tree } from './killed.ts';

/** A content that is told from another and from half of itself. */
function version(letter: string): Map<string, Uint8Array> {
  const names = ['manifest.yaml', 'operator/deploy/role.yaml', `only-${letter}.yaml`];
  return new Map(names.map((name) => [name, Buffer.from(`${letter.repeat(200_000)}.`)]));
}

function asTree(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, String(bytes)]));
}

const versions = `
  const version = (letter) => new Map(
    ['manifest.yaml', 'operator/deploy/role.yaml', 'only-' + letter + '.yaml'].map((name) =>
      [name, Buffer.from(letter.repeat(200000) + '.')]));
`;

let module = '';
beforeAll(async () => {
  module = await bundle('src/disk/replace.ts');
});

describe('a file', () => {
  test('is written with the folders above it, and nothing stays beside it', () => {
    const root = scratch();
    replaceFile(join(root, 'a/b.yaml'), 'one\n');
    replaceFile(join(root, 'a/b.yaml'), Buffer.from('two\n'));
    expect(tree(root)).toEqual({ 'a/b.yaml': 'two\n' });
  });

  test('keeps its permissions', () => {
    const path = join(scratch(), 'key');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    replaceFile(path, 'new');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('replaces a symbolic link and leaves what it points at', () => {
    const root = scratch();
    writeFileSync(join(root, 'elsewhere'), 'theirs');
    symlinkSync('elsewhere', join(root, 'file'));
    replaceFile(join(root, 'file'), 'ours');
    expect(tree(root)).toEqual({ elsewhere: 'theirs', file: 'ours' });
  });

  test('is whole after a kill before any call, and the next write leaves no rest', async () => {
    const root = scratch();
    const path = join(root, 'f');
    const program = `import { replaceFile } from ${JSON.stringify(module)};
      replaceFile(${JSON.stringify(path)}, 'new'); console.log('done');`;
    let killed = true;
    let dieAt = 0;
    while (killed) {
      writeFileSync(path, 'old');
      dieAt += 1;
      ({ killed } = await runProgram(program, { dieAt }));
      expect(['old', 'new']).toContain(readFileSync(path, 'utf8'));
      replaceFile(path, 'next');
      expect(tree(root)).toEqual({ f: 'next' });
    }
    expect(dieAt).toBeGreaterThan(4);
  });

  test('stays as it is when the disk takes no more, and the error names it', async () => {
    const root = scratch();
    const path = join(root, 'f');
    writeFileSync(path, 'old');
    const program = `import { replaceFile } from ${JSON.stringify(module)};
      try { replaceFile(${JSON.stringify(path)}, 'x'.repeat(100000)); }
      catch ({ code, message, place }) { console.log(JSON.stringify([code, message, place.file])); }`;
    const { stdout, stderr } = await runProgram(program, { fileLimit: 16 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      'disk-full',
      'could not be read or written: file too large (EFBIG)',
      path,
    ]);
    expect(tree(root)).toEqual({ f: 'old' });
  });

  test('in a folder of somebody else is refused with its name', async () => {
    const root = scratch();
    const path = join(root, 'f');
    writeFileSync(path, 'old');
    chmodSync(root, 0o555);
    const program = `import { replaceFile } from ${JSON.stringify(module)};
      try { replaceFile(${JSON.stringify(path)}, 'new'); }
      catch ({ code, place, hint }) { console.log(JSON.stringify([code, place.file, hint])); }`;
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const { stdout } = await runProgram(program, uid === undefined ? {} : { uid });
    chmodSync(root, 0o755);
    expect(JSON.parse(stdout)).toEqual([
      'disk-denied',
      path,
      'this user needs write access to the folder that holds it',
    ]);
    expect(tree(root)).toEqual({ f: 'old' });
  });
});

describe('a folder', () => {
  test('becomes exactly the files, and nothing stays beside it', () => {
    const root = scratch();
    const target = join(root, 'metadata/storage-1.0.0');
    replaceFolder(target, version('a'));
    expect(tree(root)).toEqual(
      Object.fromEntries(
        Object.entries(asTree(version('a'))).map(([name, text]) => [
          `metadata/storage-1.0.0/${name}`,
          text,
        ]),
      ),
    );
    replaceFolder(target, version('b'));
    expect(tree(target)).toEqual(asTree(version('b')));
    expect(readdirSync(join(root, 'metadata'))).toEqual(['storage-1.0.0']);
    removeFolder(target);
    removeFolder(target);
    expect(readdirSync(join(root, 'metadata'))).toEqual([]);
  });

  test.each(['../x', '/x', 'a/../../x', 'a//b', '', '.', 'a\0b', 'a\\b'])(
    'refuses the path %j, and stays as it is',
    (name) => {
      const root = scratch();
      const target = join(root, 't');
      replaceFolder(target, version('a'));
      expect(() => replaceFolder(target, new Map([[name, Buffer.from('x')]]))).toThrow(
        'not a path below a folder',
      );
      expect(tree(target)).toEqual(asTree(version('a')));
      expect(readdirSync(root)).toEqual(['t']);
    },
  );

  test('stays as it is when a file takes the place of a folder', () => {
    const root = scratch();
    const target = join(root, 't');
    replaceFolder(target, version('a'));
    const clash = new Map([
      ['x', Buffer.from('x')],
      ['x/y', Buffer.from('y')],
    ]);
    expect(() => replaceFolder(target, clash)).toThrow(
      expect.objectContaining({ code: 'disk-failed', place: { file: join(target, 'x/y') } }),
    );
    expect(tree(target)).toEqual(asTree(version('a')));
    expect(readdirSync(root)).toEqual(['t']);
  });

  test('is old or new after a kill before any call', async () => {
    const root = scratch();
    const target = join(root, 't');
    const program = `import { replaceFolder } from ${JSON.stringify(module)}; ${versions}
      replaceFolder(${JSON.stringify(target)}, version('b'));`;
    const seen = new Set<string>();
    let killed = true;
    for (let dieAt = 1; killed; dieAt += 1) {
      replaceFolder(target, version('a'));
      ({ killed } = await runProgram(program, { dieAt }));
      // Found by the folder's name, or by what lies there: both finish.
      if (dieAt % 2 === 0) recoverFolder(target);
      else recoverFolders(root);
      const found = 'only-a.yaml' in tree(target) ? 'a' : 'b';
      expect(tree(target)).toEqual(asTree(version(found)));
      expect(readdirSync(root)).toEqual(['t']);
      seen.add(found);
    }
    expect(seen).toEqual(new Set(['a', 'b']));
  });

  test('is there or gone after a kill of its removal before any call', async () => {
    const root = scratch();
    const target = join(root, 't');
    const program = `import { removeFolder } from ${JSON.stringify(module)};
      removeFolder(${JSON.stringify(target)});`;
    const whole = Object.fromEntries(
      [...version('a')].map(([name, b]) => [`t/${name}`, String(b)]),
    );
    const seen = new Set<string>();
    let killed = true;
    for (let dieAt = 1; killed; dieAt += 1) {
      replaceFolder(target, version('a'));
      ({ killed } = await runProgram(program, { dieAt }));
      recoverFolders(root);
      const names = readdirSync(root);
      expect([{}, whole]).toContainEqual(tree(root));
      seen.add(String(names));
    }
    expect(seen).toEqual(new Set(['t', '']));
  });

  test('is old or new after a kill at any time', async () => {
    const root = scratch();
    const target = join(root, 't');
    replaceFolder(target, version('a'));
    const program = `import { replaceFolder } from ${JSON.stringify(module)}; ${versions}
      console.log('ready');
      for (;;) for (const letter of 'bcd') replaceFolder(${JSON.stringify(target)}, version(letter));`;
    for (let round = 0; round < 25; round += 1) {
      const { killed, stderr } = await runProgram(program, { killAfter: Math.random() * 40 });
      expect([killed, stderr]).toEqual([true, '']);
      recoverFolder(target);
      const letter = readFileSync(join(target, 'manifest.yaml'), 'utf8').charAt(0);
      expect(tree(target)).toEqual(asTree(version(letter)));
      expect(readdirSync(root)).toEqual(['t']);
    }
  });

  test('a recovery leaves what is not ours', () => {
    const root = scratch();
    mkdirSync(join(root, '.hidden'));
    writeFileSync(join(root, '.hidden/f'), 'theirs');
    writeFileSync(join(root, '.t.old'), 'theirs');
    recoverFolders(root);
    recoverFolder(join(root, 't'));
    expect(tree(root)).toEqual({ '.hidden/f': 'theirs', '.t.old': 'theirs' });
  });
});
