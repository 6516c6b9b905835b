import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { digestsOfFiles, openStore, removeStored, saveStored } from '../../src/metadata/store.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { exampleFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';
import { cosignSignature, flipBit, pairs, type Pair } from '../support/trust-make.ts';

afterEach(removeFolders);

const ISO = 'examples/web-store-1.1.0.iso';
/** What lies at the byte 150,000 of it. */
const DAMAGED = expect.stringMatching(
  /^examples\/web-store-1\.1\.0\.iso:images\/.+\.manifest\.json$/u,
);
const RECORD = 'metadata/web-store-1.1.0';

function committed(): string {
  return exampleFolder('metadata', 'out', '.gitattributes');
}

/** The exit code of `verify`, and what it said of whatever is not right. */
async function verify(folder: string, ...flags: string[]) {
  const { exitCode, stdout } = await solutions(['-C', folder, 'verify', '-o', 'json', ...flags]);
  const { items }: { items: { check: string; state: string; file: string; message: string }[] } =
    JSON.parse(stdout);
  const wrong = items.filter(({ state }) => state === 'wrong');
  return { exitCode, items, wrong: wrong.map(({ check, file }) => [check, file]) };
}

/** A key in platform.yaml, and its signature beside an archive. */
function signArchive(folder: string, pair: Pair, policy: string): void {
  const signature = cosignSignature(pair, readFileSync(join(folder, ISO)));
  writeFileSync(join(folder, `${ISO}.sig`), `${signature}\n`);
  writePolicy(folder, pair, policy);
}

function writePolicy(folder: string, { publicKey }: Pair, policy: string): void {
  mkdirSync(join(folder, 'keys'), { recursive: true });
  writeFileSync(join(folder, 'keys/vendor.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
  const lines = [
    '  trust:',
    `    policy: ${policy}`,
    '    keys:',
    '      - {name: vendor, file: keys/vendor.pub}',
  ];
  appendFileSync(join(folder, 'platform.yaml'), `\n${lines.join('\n')}\n`);
}

function edit(file: string) {
  return (folder: string) => appendFileSync(join(folder, file), '\n# edited\n');
}

function put(file: string) {
  return (folder: string) => writeFileSync(join(folder, file), 'mine\n');
}

/** A record with other contents, whose every digest is right. */
function forge(folder: string, part: string): void {
  const store = openStore(folder, false);
  const stored = [...store.stored.values()].find(({ record }) => record.path === ISO);
  if (stored === undefined) throw new Error('no record');
  const { record } = stored;
  const files = new Map(stored.files);
  if (part.endsWith('.yaml')) {
    files.set(part, Buffer.concat([files.get(part) ?? new Uint8Array(), Buffer.from('\n# more')]));
  }
  const [first, ...images] = record.images;
  if (first === undefined) throw new Error('no image');
  const changed = {
    ...record,
    ...(part === 'id' ? { id: 'web-store-9' } : {}),
    ...(part === 'images' ? { images: [{ ...first, user: '0' }, ...images] } : {}),
    files: digestsOfFiles(files),
  };
  removeStored(folder, record.id);
  saveStored(folder, { record: changed, files });
}

describe('verify', () => {
  it('finds nothing wrong with the example, and writes nothing', async () => {
    const folder = committed();
    const before = snapshot(folder);
    const { exitCode, stdout, stderr } = await solutions(['-C', folder, 'verify']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      `checked    archive        ${ISO}: the archive is the one of ${RECORD}\n`,
    );
    expect(stdout).toMatch(/^checked {4}folder {9}out\/: its \d+ files are what is rendered/mu);
    expect(stderr).toBe('7 checked, 9 absent, 0 unchecked, 0 wrong\n');
    expect(snapshot(folder)).toEqual(before);
  });

  it('reads no archive with --locked, and says so', async () => {
    const folder = committed();
    flipBit(join(folder, ISO), 150_000);
    expect((await verify(folder)).wrong).toEqual([
      ['archive', ISO],
      ['archive', DAMAGED],
    ]);
    const { exitCode, items } = await verify(folder, '--locked');
    expect(exitCode).toBe(0);
    expect(items.filter(({ check }) => check === 'archive').map(({ state }) => state)).toEqual([
      'unchecked',
      'unchecked',
      'unchecked',
    ]);
  });

  it('counts one file as one', async () => {
    const root = scratchFolder();
    await solutions(['-C', root, 'init', 'site']);
    const site = join(root, 'site');
    rmSync(join(makeTree(join(site, 'store'), { images: [] }), 'operator'), { recursive: true });
    await solutions(['-C', site, 'import', '-a', 'store']);
    const { stdout } = await solutions(['-C', site, 'verify']);
    expect(stdout).toContain('the record and its 1 file are as they were written');
  });

  it('needs no archive', async () => {
    const folder = committed();
    rmSync(join(folder, 'examples'), { recursive: true });
    const { exitCode, items } = await verify(folder);
    expect(exitCode).toBe(0);
    expect(items.filter(({ state }) => state === 'absent')).toHaveLength(3);
  });

  it.each([
    ['an edited record', edit, `${RECORD}/archive.yaml`],
    ['an edited file of a record', edit, `${RECORD}/manifest.yaml`],
    ['a strange file in metadata/', put, `${RECORD}/mine.yaml`],
    ['an edited manifest', edit, 'out/0000-namespaces.yaml'],
    ['a strange file in out/', put, 'out/mine.yaml'],
    ['an edited list', edit, 'out/SHA256SUMS'],
  ])('finds %s', async (_, change, file) => {
    const folder = committed();
    change(file)(folder);
    const { exitCode, wrong } = await verify(folder, '--locked');
    const isRecord = file.startsWith('metadata/');
    expect(wrong).toContainEqual([isRecord ? 'record' : 'folder', file]);
    expect(exitCode).toBe(isRecord ? 1 : 3);
  });

  it('finds a missing manifest, a missing record, and one that is not listed', async () => {
    const folder = committed();
    rmSync(join(folder, 'out/0100-crds.web-store.yaml'));
    expect(await verify(folder)).toMatchObject({
      exitCode: 3,
      wrong: [['folder', 'out/0100-crds.web-store.yaml']],
    });
    rmSync(join(folder, 'metadata/base-images-2.3.0'), { recursive: true });
    expect((await verify(folder)).wrong).toContainEqual([
      'record',
      'examples/base-images-2.3.0.iso',
    ]);
    const config = join(folder, 'solutions.yaml');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace(/.*web-store-1\.1\.0\.iso.*\n/u, ''),
    );
    const { exitCode, wrong } = await verify(folder);
    expect(wrong).toContainEqual(['record', RECORD]);
    expect(exitCode).toBe(1);
  });

  it('compares what lies beside the archives', async () => {
    const folder = committed();
    signArchive(folder, pairs['ECDSA P-256'](), 'when-present');
    const sums = await execa('sha256sum', [join(folder, ISO)]);
    writeFileSync(join(folder, 'examples/SHA256SUM'), `${sums.stdout}\n`);
    const { exitCode, items } = await verify(folder);
    expect(exitCode).toBe(0);
    expect(
      items.filter(({ state, check }) => state === 'checked' && check.startsWith('s')),
    ).toMatchObject([
      { check: 'sha256-file', file: 'examples/SHA256SUM' },
      { check: 'signature', file: `${ISO}.sig`, by: { format: 'cosign', key: 'vendor' } },
    ]);
    flipBit(join(folder, ISO), 150_000);
    expect(await verify(folder)).toMatchObject({
      exitCode: 1,
      wrong: [
        ['archive', ISO],
        ['archive', DAMAGED],
        ['sha256-file', 'examples/SHA256SUM'],
        ['signature', `${ISO}.sig`],
      ],
    });
  });

  it.each([
    ['rights', 'operator/deploy/role.yaml'],
    ['an image', 'images'],
    ['another Solution', 'id'],
  ])('finds a record that was forged with its checksum: %s', async (_, part) => {
    const folder = committed();
    forge(folder, part);
    expect((await verify(folder, '--locked')).wrong).not.toContainEqual(['archive', ISO]);
    const { exitCode, items } = await verify(folder);
    expect(exitCode).toBe(1);
    const found = items.find(({ check, state }) => check === 'archive' && state === 'wrong');
    expect(found?.file).toBe(ISO);
    expect(found?.message).toContain(`does not say what the archive says: "${part}"`);
  });

  it('believes no signature in a record that is not beside the archive, where one is required', async () => {
    const folder = committed();
    const pair = pairs['ECDSA P-256']();
    signArchive(folder, pair, 'required');
    const names = ['web-store-1.0.0', 'base-images-2.3.0'];
    for (const name of names) {
      const archive = join(folder, `examples/${name}.iso`);
      writeFileSync(`${archive}.sig`, cosignSignature(pair, readFileSync(archive)));
    }
    expect((await solutions(['-C', folder, 'synth'])).exitCode).toBe(0);
    rmSync(join(folder, `${ISO}.sig`));
    expect(await verify(folder)).toMatchObject({ exitCode: 1, wrong: [['signature', ISO]] });
    expect((await verify(folder, '--locked')).wrong).toEqual([]);
  });

  it('names the flag without which synth stops at an edited manifest', async () => {
    const folder = committed();
    edit('out/0000-namespaces.yaml')(folder);
    const { stdout } = await solutions(['-C', folder, 'verify', '--locked']);
    expect(stdout).toContain('`solutions synth --overwrite` writes it anew');
  });

  it('prints no control characters of what it finds', async () => {
    const folder = committed();
    put('out/a\u001B[31m.yaml')(folder);
    const { stdout } = await solutions(['-C', folder, 'verify', '--locked']);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toContain(String.raw`out/a\u001b[31m.yaml`);
  });
});

describe('synth where a signature is required', () => {
  it('imports what is signed, keeps it in the record, and takes nothing else', async () => {
    const folder = committed();
    const pair = pairs['ECDSA P-256']();
    signArchive(folder, pair, 'required');
    const refused = await solutions(['-C', folder, 'synth']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('examples/web-store-1.0.0.iso: the archive has no signature');
    expect(refused.stderr).not.toContain(`${ISO}: the archive has no signature`);

    for (const name of ['web-store-1.0.0', 'base-images-2.3.0']) {
      const archive = join(folder, `examples/${name}.iso`);
      writeFileSync(`${archive}.sig`, cosignSignature(pair, readFileSync(archive)));
    }
    expect((await solutions(['-C', folder, 'synth'])).exitCode).toBe(0);
    expect(readFileSync(join(folder, RECORD, 'archive.yaml'), 'utf8')).toContain(
      'file: web-store-1.1.0.iso.sig\n      by:\n        format: cosign\n        key: vendor\n',
    );
    expect((await solutions(['-C', folder, 'synth', '--locked', '--check'])).exitCode).toBe(0);
    expect((await verify(folder)).wrong).toEqual([]);
  });

  it('is refused with --locked where the records name no signature', async () => {
    const folder = committed();
    writePolicy(folder, pairs.RSA(), 'required');
    const { exitCode, stderr } = await solutions(['-C', folder, 'synth', '--locked', '--check']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('names no signature by a key of platform.yaml');
    expect((await verify(folder, '--locked')).exitCode).toBe(1);
  });

  it('imports nothing that somebody else signed, and edits no file for it', async () => {
    const folder = committed();
    const config = join(folder, 'solutions.yaml');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace(/.*base-images-2\.3\.0\.iso.*\n/u, ''),
    );
    rmSync(join(folder, 'metadata/base-images-2.3.0'), { recursive: true });
    writePolicy(folder, pairs['ECDSA P-256'](), 'when-present');
    const archive = join(folder, 'examples/base-images-2.3.0.iso');
    writeFileSync(`${archive}.sig`, cosignSignature(pairs['ECDSA P-256'](), readFileSync(archive)));
    const before = snapshot(folder);
    const args = ['-C', folder, 'import', '-a', 'examples/base-images-2.3.0.iso'];
    const { exitCode, stderr } = await solutions(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'the signature is right with none of the keys of platform.yaml (`vendor`)',
    );
    const after = [...snapshot(folder)].filter(([path]) => !path.startsWith('.solutions'));
    expect(after).toEqual([...before]);
  });

  it('says at its line what is wrong with the keys, all of it at once', async () => {
    const folder = committed();
    writePolicy(folder, pairs.RSA(), 'required');
    rmSync(join(folder, 'keys/vendor.pub'));
    const { exitCode, stderr } = await solutions(['-C', folder, 'synth']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /platform\.yaml:\d+:24: "keys\/vendor\.pub" cannot be read: there is no such file/u,
    );
  });
});
