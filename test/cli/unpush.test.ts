import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/metadata/record.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { exampleFolder, program, removeFolders, snapshot, solutions } from '../support/cli.ts';
import { commitAll, startRepository } from '../support/git.ts';
import { authFile, htpasswdAuth, passwordEntry } from '../support/registry-auth.ts';
import {
  freePort,
  startRegistry,
  storedTag,
  type TestRegistry,
} from '../support/registry-server.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';
import { makeAuthority } from '../support/registry-tls.ts';
import { signalledAt } from '../support/slow-read.ts';

afterAll(removeFolders);

const ID = 'web-store-1.0.0';

/** The example after it went on to 1.1.0; the record of 1.0.0 is in metadata/ still. */
function laterFolder(): string {
  const folder = exampleFolder('metadata');
  edit(join(folder, 'solutions.yaml'), '  - examples/web-store-1.0.0.iso\n', '');
  edit(join(folder, 'environments.yaml'), 'version: 1.0.0', 'version: 1.1.0');
  return folder;
}

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

/** The images of the record that the example has of an archive. */
function imagesOf(folder: string, id: string) {
  const file = join(folder, 'metadata', id, 'archive.yaml');
  return parseRecord(readFileSync(file), file).images.map(({ name, tag, digest }) => ({
    repository: `lab/${id}/${name}`,
    tag,
    digest,
  }));
}

/** A registry with both versions of the example below `lab`. */
async function filledRegistry(options: Parameters<typeof startRegistry>[0] = {}) {
  const registry = await startRegistry(options);
  const folder = exampleFolder('metadata');
  for (const version of ['1.0.0', '1.1.0']) {
    const args = ['push', `examples/web-store-${version}.iso`, '--to', `${registry.host}/lab`];
    expect((await solutions(['-C', folder, ...args, '--plain-http'])).exitCode).toBe(0);
  }
  return registry;
}

function unpush(folder: string, { host }: TestRegistry, args: readonly string[]) {
  const to = ['--from', `${host}/lab`, '--plain-http'];
  return solutions(['-C', folder, 'unpush', ID, ...to, ...args], {
    env: { HOME: scratchFolder(), REGISTRY_AUTH_FILE: '' },
  });
}

async function deletions(registry: TestRegistry): Promise<number> {
  return (await registry.requests()).filter(({ method }) => method === 'DELETE').length;
}

describe('unpush', () => {
  it('deletes an archive whose record only Git has; every other image stays whole', async () => {
    const registry = await filledRegistry();
    const folder = exampleFolder('metadata');
    await startRepository(folder);
    const gone = imagesOf(folder, ID);
    const kept = imagesOf(folder, 'web-store-1.1.0');
    const commit = await commitAll(folder, 'import');
    edit(join(folder, 'solutions.yaml'), '  - examples/web-store-1.0.0.iso\n', '');
    edit(join(folder, 'environments.yaml'), 'version: 1.0.0', 'version: 1.1.0');
    rmSync(join(folder, 'metadata', ID), { recursive: true });
    await commitAll(folder, 'go on to 1.1.0');

    const before = snapshot(folder);
    const { exitCode, stdout, stderr } = await unpush(folder, registry, ['--yes']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^lab\/web-store-1\.0\.0\/storefront:1\.0\.0 +deleted +sha256:/mu);
    expect(stderr).toContain(`The list is from commit ${commit.slice(0, 12)};`);
    expect(stderr).toContain('docker-registry garbage-collect');
    expect(snapshot(folder)).toEqual(before);

    expect(gone.length).toBeGreaterThan(0);
    for (const { repository, tag, digest } of gone) {
      const image = `${registry.host}/${repository}`;
      await expect(rawDigest(`${image}:${tag}`)).rejects.toThrow(/manifest unknown/u);
      await expect(rawDigest(`${image}@${digest}`)).rejects.toThrow(/manifest unknown/u);
    }
    registry.collectGarbage();
    for (const { repository, tag, digest } of kept) {
      expect(await rawDigest(`${registry.host}/${repository}:${tag}`)).toBe(digest);
      await pullWhole(`${registry.host}/${repository}:${tag}`);
    }
  });

  it('takes the record in metadata/ where there is one, and pushes of it work again', async () => {
    const registry = await filledRegistry();
    const folder = laterFolder();
    expect((await unpush(folder, registry, ['--yes'])).exitCode).toBe(0);
    registry.collectGarbage();
    const args = ['push', 'examples/web-store-1.0.0.iso', '--to', `${registry.host}/lab`];
    expect((await solutions(['-C', folder, ...args, '--plain-http'])).exitCode).toBe(0);
    for (const { repository, tag } of imagesOf(folder, ID)) {
      await pullWhole(`${registry.host}/${repository}:${tag}`);
    }
  });

  it('shows in a dry run what would go, and deletes nothing', async () => {
    const registry = await filledRegistry();
    const { exitCode, stdout, stderr } = await unpush(laterFolder(), registry, ['--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^lab\/web-store-1\.0\.0\/storefront:1\.0\.0 +to be deleted +sha256:/mu);
    expect(stderr).toBe('Nothing was deleted.\n');
    expect(await deletions(registry)).toBe(0);
  });

  it('tells a program what it deleted, and the second time that all is gone', async () => {
    const registry = await filledRegistry();
    const folder = laterFolder();
    const first = await unpush(folder, registry, ['--yes', '-o', 'json']);
    expect(first.stderr).toBe('');
    const report: unknown = JSON.parse(first.stdout);
    expect(report).toMatchObject({
      id: ID,
      from: `${registry.host}/lab`,
      source: `metadata/${ID}`,
      exitCode: 0,
      deletedManifests: 5,
      space: expect.any(Number),
    });
    expect(report).toHaveProperty(
      'items',
      expect.arrayContaining(
        imagesOf(folder, ID).map((image) => ({ ...image, status: 'deleted' })),
      ),
    );
    const again = await unpush(folder, registry, ['--yes', '-o', 'json']);
    expect(again.exitCode).toBe(0);
    expect(again.stdout.match(/"status": "gone"/gu)).toHaveLength(5);
    expect(await deletions(registry)).toBe(5);
  });

  it('asks whether the registry is the right one where it has nothing of the archive', async () => {
    const registry = await filledRegistry();
    const folder = laterFolder();
    const elsewhere = ['--from', `${registry.host}/lob`, '--plain-http', '--yes'];
    const mistyped = await solutions(['-C', folder, 'unpush', ID, ...elsewhere]);
    expect(mistyped.exitCode).toBe(0);
    expect(mistyped.stdout).toMatch(/ already gone /u);
    expect(mistyped.stderr).toBe(
      `Nothing was deleted.\nNone of it is at ${registry.host}/lob: is \`--from\` right?\n`,
    );
    expect((await unpush(folder, registry, ['--dry-run'])).stderr).not.toContain('right?');
  });

  it('takes the archive itself where no record is left', async () => {
    const registry = await filledRegistry();
    const folder = laterFolder();
    rmSync(join(folder, 'metadata', ID), { recursive: true });
    const none = await unpush(folder, registry, ['--yes']);
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain(`neither metadata/ nor Git has a record of ${ID}`);
    const wrong = ['--yes', '--archive', 'examples/web-store-1.1.0.iso'];
    expect((await unpush(folder, registry, wrong)).exitCode).toBe(20);
    expect(await deletions(registry)).toBe(0);
    const right = ['--yes', '--archive', 'examples/web-store-1.0.0.iso'];
    expect((await unpush(folder, registry, right)).exitCode).toBe(0);
    expect(await deletions(registry)).toBe(5);
  });
});

describe('the help of unpush', () => {
  it('says what is kept and what the registry must allow, with examples', async () => {
    const { exitCode, stdout } = await solutions(['unpush', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('storage.delete.enabled');
    expect(stdout).toContain('Examples:\n  $ solutions unpush ');
  });
});

describe('unpush refuses', () => {
  it.each([
    ['an archive that is still imported', [], /solutions\.yaml:\d+:\d+: .*still imported/u],
    [
      'a version that an Environment still runs',
      ['solutions'],
      /environments\.yaml:\d+:\d+: the Environment "production" still runs web-store-1\.0\.0/u,
    ],
  ])('%s, with the line, even with --yes', async (_, edited, said) => {
    const registry = await startRegistry();
    const folder = exampleFolder('metadata');
    if (edited.includes('solutions')) {
      edit(join(folder, 'solutions.yaml'), '  - examples/web-store-1.0.0.iso\n', '');
    }
    const { exitCode, stderr } = await unpush(folder, registry, ['--yes']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(said);
    expect(await registry.requests()).toEqual([]);
  });

  it('what may be imported under another path that nobody has read yet', async () => {
    const registry = await startRegistry();
    const folder = laterFolder();
    const line = '  - examples/web-store-1.1.0.iso\n';
    edit(join(folder, 'solutions.yaml'), line, `${line}  - moved/web-store-1.0.0.iso\n`);
    const { exitCode, stderr } = await unpush(folder, registry, ['--yes']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('run `solutions synth` first');
    expect(await registry.requests()).toEqual([]);
  });

  it('a record that somebody edited, in metadata/ as in Git', async () => {
    const registry = await startRegistry();
    const folder = laterFolder();
    const file = join(folder, 'metadata', ID, 'archive.yaml');
    edit(file, 'name: storefront', 'name: elsewhere');
    const here = await unpush(folder, registry, ['--yes']);
    expect(here.exitCode).toBe(1);
    expect(here.stderr).toContain('checksum differs');
    await startRepository(folder);
    await commitAll(folder, 'edited');
    rmSync(join(folder, 'metadata', ID), { recursive: true });
    const inGit = await unpush(folder, registry, ['--yes']);
    expect(inGit.exitCode).toBe(1);
    expect(inGit.stderr).toMatch(/[0-9a-f]{12}:metadata\/.*checksum differs/u);
    expect(await registry.requests()).toEqual([]);
  });

  it('to start in a folder without solutions.yaml', async () => {
    const registry = await startRegistry();
    const { exitCode, stderr } = await unpush(scratchFolder(), registry, ['--yes']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('-C <dir>');
  });
});

describe('unpush ends with', () => {
  it.each([
    ['no registry', [ID, '--yes']],
    ['a URL for a registry', [ID, '--yes', '--from', 'https://registry.example']],
    ['a certificate without its key', [ID, '--yes', '--from', 'r.example', '--cert', 'a.pem']],
    ['a path for an id', ['../store', '--yes', '--from', 'registry.example']],
    ['an id with capitals', ['Store-1', '--yes', '--from', 'registry.example']],
    ['neither a terminal nor --yes', [ID, '--from', 'registry.example']],
  ])('2 where it was asked for %s', async (_, args) => {
    const { exitCode, stdout, stderr } = await solutions(['unpush', ...args], {
      cwd: laterFolder(),
    });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(args.includes('--yes') ? 'error' : '`--yes` deletes it');
  });

  it('21 where credentials are missing, and 0 with them', async () => {
    const storage = scratchFolder();
    await (await filledRegistry({ storage })).stop();
    const registry = await startRegistry({ storage, auth: htpasswdAuth() });
    const without = await unpush(laterFolder(), registry, ['--yes']);
    expect(without.exitCode).toBe(21);
    expect(without.stderr).toContain('no credentials were found');
    const file = authFile(registry.host, passwordEntry());
    const args = ['--yes', '--authfile', file];
    expect((await unpush(laterFolder(), registry, args)).exitCode).toBe(0);
  });

  it('22 where the registry allows no deletion, says how to, and all images are there', async () => {
    const registry = await filledRegistry({ isDeletable: false });
    const folder = laterFolder();
    const { exitCode, stdout, stderr } = await unpush(folder, registry, ['--yes']);
    expect(exitCode).toBe(22);
    expect(stderr).toContain('REGISTRY_STORAGE_DELETE_ENABLED');
    expect(stderr).toContain('Nothing was deleted.');
    expect(stdout).toMatch(/ failed /u);
    expect(stdout).toMatch(/ not deleted /u);
    for (const { repository, tag, digest } of imagesOf(folder, ID)) {
      expect(storedTag(registry, repository, tag)).toBe(digest);
    }
  });

  it('23 where nothing listens', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const args = ['unpush', ID, '--from', host, '--plain-http', '--yes'];
    const { exitCode, stderr } = await solutions(['-C', laterFolder(), ...args]);
    expect(exitCode).toBe(23);
    expect(stderr).toContain('nothing listens there');
  });

  it('1 where the certificate is of an unknown CA, and 0 with its CA', async () => {
    const storage = scratchFolder();
    await (await filledRegistry({ storage })).stop();
    const authority = makeAuthority();
    const { host } = await startRegistry({ storage, tls: authority.server });
    const args = ['-C', laterFolder(), 'unpush', ID, '--from', `${host}/lab`, '--yes'];
    const unknown = await solutions(args);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('--cacert');
    expect((await solutions([...args, '--cacert', authority.ca])).exitCode).toBe(0);
  });
});

describe('unpush that is stopped while it reads', () => {
  it('ends with the code of the signal, and asks the registry nothing', async () => {
    const registry = await filledRegistry();
    const before = (await registry.requests()).length;
    const folder = laterFolder();
    const from = ['--from', `${registry.host}/lab`, '--plain-http', '--yes'];
    const file = join(folder, 'metadata', ID, 'archive.yaml');
    const args = ['-C', folder, 'unpush', ID, ...from];
    const { exitCode, stderr } = await signalledAt(file, 'SIGTERM', args);
    expect(exitCode).toBe(143);
    expect(stderr).toContain('interrupted');
    expect(await registry.requests()).toHaveLength(before);
  });
});

/** script(1) gives the program a terminal; what is typed arrives when the question is there. */
async function answered(registry: TestRegistry, typed: string) {
  const command = `node ${program} -C ${laterFolder()} unpush ${ID} --from ${registry.host}/lab --plain-http`;
  const child = execa('script', ['-qec', command, '/dev/null'], {
    env: { TERM: 'xterm', COLUMNS: '200' },
    reject: false,
  });
  let seen = '';
  child.stdout.on('data', (text: Buffer) => {
    seen += text.toString();
  });
  for (let tries = 0; tries < 1000 && !seen.includes('[y/N]'); tries += 1) await sleep(10);
  child.stdin.write(typed);
  const { exitCode, stdout } = await child;
  return { exitCode, stdout };
}

describe('unpush on a terminal', () => {
  it.each(['y\n', 'YES\n'])('shows what goes, asks, and deletes after %j', async (typed) => {
    const registry = await filledRegistry();
    const { exitCode, stdout } = await answered(registry, typed);
    expect(exitCode).toBe(0);
    const question = stdout.indexOf('Delete 5 manifests? [y/N]');
    expect(stdout.indexOf('storefront:1.0.0')).toBeLessThan(question);
    expect(stdout.indexOf('cannot pull it again')).toBeLessThan(question);
    expect(stdout.indexOf(`The list is from metadata/${ID};`)).toBeLessThan(question);
    expect(stdout.slice(0, question)).not.toContain('is removed');
    expect(await deletions(registry)).toBe(5);
  });

  it.each([
    ['no', 'n\n', 1],
    ['nothing', '\n', 1],
    ['something else', 'yesterday\n', 1],
    ['the end of the input', '\u0004', 1],
    ['an interrupt', '\u0003', 130],
  ])('deletes nothing after %s', async (_, typed, code) => {
    const registry = await filledRegistry();
    const { exitCode, stdout } = await answered(registry, typed);
    expect(exitCode).toBe(code);
    expect(stdout).toContain('[y/N]');
    expect(await deletions(registry)).toBe(0);
  });
});
