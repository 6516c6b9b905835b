import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '../../src/archive/images.ts';
import { SolutionsError } from '../../src/errors.ts';
import { surveyRemoval } from '../../src/images/removal.ts';
import { parseTarget } from '../../src/images/target.ts';
import { spaceOf, unpush, type UnpushReport } from '../../src/images/unpush.ts';
import type { ArchiveRecord } from '../../src/metadata/record.ts';
import { putManifest } from '../../src/registry/manifests.ts';
import type { SessionSettings } from '../../src/registry/session.ts';
import { makeTree, scratchFolder, type ImageToMake } from '../support/archive-make.ts';
import { authFile, passwordEntry, startTokenServer } from '../support/registry-auth.ts';
import { startFaultProxy, type SeenRequest } from '../support/registry-fault.ts';
import { pushTrees, recordOf, testSession } from '../support/registry-push.ts';
import { startRegistry, storedTag, type TestRegistry } from '../support/registry-server.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

const images: readonly ImageToMake[] = [
  { name: 'app', tag: '1', layers: ['base', 'app'] },
  { name: 'app', tag: 'latest', layers: ['base', 'app'] },
  { name: 'docker', tag: '1', form: 'docker', layers: ['base', 'docker'] },
  { name: 'multi', tag: '1', form: 'index', layers: ['base', 'multi'] },
  { name: 'rules', tag: '1', artifact: [{ title: 'a', mediaType: 'text/plain', text: 'a' }] },
];

/** Pushes `store` with {@link images}, and gives the record of it. */
async function pushed(host: string, version = '1.0.0', wanted = images): Promise<ArchiveRecord> {
  const tree = makeTree(scratchFolder(), { version, images: wanted });
  await pushTrees(host, [tree]);
  return recordOf(tree, `store-${version}`);
}

/** Surveys and deletes, as the command does once it is allowed to. */
async function remove(
  host: string,
  record: Pick<ArchiveRecord, 'id' | 'images'>,
  settings: Partial<SessionSettings> = {},
): Promise<UnpushReport> {
  const session = testSession(host, settings);
  return unpush(await surveyRemoval(record, session, parseTarget(host)), session);
}

/** `<repository>[:<tag>] <status>` of each item. */
function results({ items }: UnpushReport): string[] {
  return items.map(
    ({ repository, tag, status }) => `${repository}${tag === undefined ? '' : `:${tag}`} ${status}`,
  );
}

function recordedImage({ images: all }: ArchiveRecord, name: string): ImageRecord {
  const found = all.find((image) => image.name === name);
  if (found) return found;
  throw new Error(`no image ${name}`);
}

async function deletions(registry: TestRegistry): Promise<string[]> {
  const requests = await registry.requests();
  return requests
    .filter(({ method }) => method === 'DELETE')
    .map(({ path, status }) => `${path} ${status}`);
}

/** Stores an index of somebody else, without a tag where none is given. */
async function putIndex(
  host: string,
  repository: string,
  tag: string | undefined,
  children: readonly Child[],
) {
  const manifests = children.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  const annotations = { 'org.example.tag': tag ?? 'none' };
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, annotations, manifests }),
  );
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const to = { session: testSession(host), repository };
  await putManifest(to, tag ?? digest, { digest, mediaType: OCI_INDEX, bytes });
  return { mediaType: OCI_INDEX, digest, size: bytes.length };
}

type Child = Pick<ImageRecord, 'mediaType' | 'digest' | 'size'>;

/** Tags an image of the archive once more. */
async function retag(host: string, [from, to]: readonly [string, string], tag: string) {
  const flags = ['--quiet', '--all', '--src-tls-verify=false', '--dest-tls-verify=false'];
  const ends = [`docker://${host}/${from}`, `docker://${host}/${to}:${tag}`];
  await execa('skopeo', ['copy', '--preserve-digests', ...flags, ...ends]);
}

/** Bytes of all blobs that a registry stores. */
function storedBytes({ storage }: TestRegistry): number {
  const blobs = join(storage, 'docker/registry/v2/blobs');
  return readdirSync(blobs, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(blobs, name)))
    .filter((stat) => stat.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

describe('unpush', () => {
  it('deletes every tag and manifest of an archive and nothing of another version', async () => {
    const registry = await startRegistry();
    const old = await pushed(registry.host);
    const before = storedBytes(registry);
    const current = await pushed(registry.host, '1.1.0', [
      ...images,
      { name: 'extra', tag: '1', layers: ['base', 'extra'] },
    ]);
    const report = await remove(registry.host, current);
    expect(report.errors).toEqual([]);
    expect(results(report)).toEqual([
      'store-1.1.0/app:1 deleted',
      'store-1.1.0/app:latest deleted',
      'store-1.1.0/docker:1 deleted',
      'store-1.1.0/extra:1 deleted',
      'store-1.1.0/multi:1 deleted',
      'store-1.1.0/multi deleted',
      'store-1.1.0/multi deleted',
      'store-1.1.0/rules:1 deleted',
    ]);
    // The two tags of `app` are one manifest.
    expect(report.deleted).toBe(7);
    for (const { name, tag, digest } of current.images) {
      const image = `${registry.host}/store-1.1.0/${name}`;
      await expect(rawDigest(`${image}:${tag}`)).rejects.toThrow(/manifest unknown/u);
      await expect(rawDigest(`${image}@${digest}`)).rejects.toThrow(/manifest unknown/u);
    }

    // Layers that the other version has, too, stay; what only this one had goes.
    registry.collectGarbage();
    expect(storedBytes(registry)).toBe(before);
    for (const { name, tag, digest } of old.images) {
      const image = `${registry.host}/store-1.0.0/${name}:${tag}`;
      expect(await rawDigest(image)).toBe(digest);
      if (name !== 'rules') await pullWhole(image);
    }
  });

  it('promises no more space than the registry gives back for an archive that shares nothing', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const before = storedBytes(registry);
    const { items } = await remove(registry.host, record);
    registry.collectGarbage();
    const freed = before - storedBytes(registry);
    expect(spaceOf(record.images, new Set(items.map(({ digest }) => digest)))).toBe(freed);
    expect(storedBytes(registry)).toBe(0);
  });

  it('deletes an index before what it names, an index in an index too', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const multi = recordedImage(record, 'multi');
    const repository = 'store-1.0.0/multi';
    const inner = await putIndex(registry.host, repository, 'inner', multi.children ?? []);
    const outer = await putIndex(registry.host, repository, 'outer', [inner]);
    // As extraction records an index that holds an index: with the images alone.
    const nested = { ...multi, ...outer, tag: 'outer' };
    const report = await remove(registry.host, {
      id: record.id,
      images: [{ ...multi, ...inner, tag: 'inner' }, nested, multi],
    });
    expect(report.errors).toEqual([]);
    const order = (await deletions(registry)).map((line) => line.split(/[/ ]/u)[5]);
    expect(order).toHaveLength(5);
    const place = ({ digest }: Child) => order.indexOf(digest);
    expect(place(outer)).toBeGreaterThanOrEqual(0);
    expect(place(outer)).toBeLessThan(place(inner));
    for (const child of multi.children ?? []) {
      expect(place(child)).toBeGreaterThan(place(inner));
      expect(place(child)).toBeGreaterThan(place(multi));
    }
  });

  it('finds the index in an index that no tag names', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const multi = recordedImage(record, 'multi');
    const repository = 'store-1.0.0/deep';
    const tree = makeTree(scratchFolder(), { images: [{ ...multi, name: 'deep', form: 'index' }] });
    await pushTrees(registry.host, [tree]);
    const deep = recordedImage(recordOf(tree, record.id), 'deep');
    const inner = await putIndex(registry.host, repository, undefined, deep.children ?? []);
    const outer = await putIndex(registry.host, repository, deep.tag, [inner]);
    const wanted = { id: record.id, images: [{ ...deep, ...outer }] };
    expect(results(await remove(registry.host, wanted))).toEqual([
      `${repository}:1 deleted`,
      `${repository} deleted`,
      `${repository} deleted`,
      `${repository} deleted`,
    ]);
    await expect(rawDigest(`${registry.host}/${repository}@${inner.digest}`)).rejects.toThrow(
      /manifest unknown/u,
    );
  });

  it('finds nothing to delete the second time', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    await remove(registry.host, record);
    const before = await deletions(registry);
    const again = await remove(registry.host, record);
    expect(new Set(again.items.map(({ status }) => status))).toEqual(new Set(['gone']));
    expect(again.deleted).toBe(0);
    expect(await deletions(registry)).toEqual(before);
  });

  it('goes on where a run was cut: manifests without a tag are found by their digests', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const multi = recordedImage(record, 'multi');
    const part = { id: record.id, images: [{ ...multi, children: undefined }] };
    expect(results(await remove(registry.host, part))).toEqual(['store-1.0.0/multi:1 deleted']);
    const whole = { id: record.id, images: [multi] };
    expect(results(await remove(registry.host, whole))).toEqual([
      'store-1.0.0/multi:1 gone',
      'store-1.0.0/multi deleted',
      'store-1.0.0/multi deleted',
    ]);
  });
});

describe('unpush keeps', () => {
  it('a tag that is another image by now, and deletes what it was', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const docker = recordedImage(record, 'docker');
    await retag(registry.host, ['store-1.0.0/app:1', 'store-1.0.0/docker'], '1');
    const report = await remove(registry.host, record);
    const app = recordedImage(record, 'app');
    expect(report.items.filter(({ repository }) => repository.endsWith('/docker'))).toEqual([
      {
        repository: 'store-1.0.0/docker',
        tag: '1',
        digest: docker.digest,
        status: 'moved',
        found: app.digest,
      },
      { repository: 'store-1.0.0/docker', digest: docker.digest, status: 'deleted' },
    ]);
    expect(await rawDigest(`${registry.host}/store-1.0.0/docker:1`)).toBe(app.digest);
    await pullWhole(`${registry.host}/store-1.0.0/docker:1`);
  });

  it('what a tag that moved to an index of somebody else still needs', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const docker = recordedImage(record, 'docker');
    await putIndex(registry.host, 'store-1.0.0/docker', '1', [docker]);
    const report = await remove(registry.host, record);
    expect(results(report)).toContain('store-1.0.0/docker:1 moved');
    expect(results(report)).toContain('store-1.0.0/docker needed');
    await pullWhole(`${registry.host}/store-1.0.0/docker:1`);
  });

  it('an image that somebody tagged once more, and names the tag', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    await retag(registry.host, ['store-1.0.0/multi:1', 'store-1.0.0/multi'], 'prod');
    const report = await remove(registry.host, record);
    const kept = report.items.filter(({ status }) => status === 'needed');
    expect(kept.map(({ tag, neededBy }) => [tag, neededBy])).toEqual([
      ['1', ['prod']],
      [undefined, ['prod']],
      [undefined, ['prod']],
    ]);
    expect(results(report)).toContain('store-1.0.0/app:1 deleted');
    await pullWhole(`${registry.host}/store-1.0.0/multi:prod`);
    await pullWhole(`${registry.host}/store-1.0.0/multi:1`);
  });

  it('a platform that an index of somebody else names, through another index', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const [first] = recordedImage(record, 'multi').children ?? [];
    if (!first) throw new Error('no child');
    const inner = await putIndex(registry.host, 'store-1.0.0/multi', undefined, [first]);
    await putIndex(registry.host, 'store-1.0.0/multi', 'mine', [inner]);
    const { items } = await remove(registry.host, record);
    const own = items.filter(({ repository }) => repository.endsWith('/multi'));
    expect(own.map(({ status, neededBy }) => [status, neededBy])).toEqual([
      ['deleted', undefined],
      ['needed', ['mine']],
      ['deleted', undefined],
    ]);
    await pullWhole(`${registry.host}/store-1.0.0/multi@${inner.digest}`);
  });

  it('every tag of other archives that lie below another path', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const tree = makeTree(scratchFolder(), { images });
    await pushTrees(registry.host, [tree], { base: 'lab' });
    await remove(registry.host, record);
    for (const { name, tag, digest } of record.images) {
      expect(storedTag(registry, `lab/store-1.0.0/${name}`, tag)).toBe(digest);
    }
  });
});

/** Whether a request deletes something. */
function isDeletion({ method }: SeenRequest): boolean {
  return method === 'DELETE';
}

describe('unpush from a registry', () => {
  it('that does not allow it tries once, says how to allow it, and has changed nothing', async () => {
    const registry = await startRegistry({ isDeletable: false });
    const record = await pushed(registry.host);
    const report = await remove(registry.host, record);
    expect(report.errors).toHaveLength(1);
    expect(report.errors[0]).toMatchObject({
      code: 'registry-refused',
      message: expect.stringContaining('UNSUPPORTED'),
      hint: expect.stringContaining('storage.delete.enabled'),
      place: { file: expect.stringContaining(`${registry.host}/store-1.0.0/app@sha256:`) },
    });
    expect(await deletions(registry)).toHaveLength(1);
    expect(results(report).map((line) => line.split(' ')[1])).toEqual([
      'failed',
      'failed',
      ...Array.from({ length: 5 }, () => 'pending'),
    ]);
    for (const { name, tag, digest } of record.images) {
      expect(storedTag(registry, `store-1.0.0/${name}`, tag)).toBe(digest);
    }
  });

  it('that is read-only says the same', async () => {
    const storage = scratchFolder();
    const first = await startRegistry({ storage });
    const record = await pushed(first.host);
    await first.stop();
    const registry = await startRegistry({ storage, isReadOnly: true });
    const [error] = (await remove(registry.host, record)).errors;
    expect(error?.code).toBe('registry-refused');
    expect(error?.hint).toContain('read-only');
  });

  it('asks the token server for the right to delete, and says when it is refused', async () => {
    let mayDelete = false;
    const tokens = await startTokenServer({
      actions: (asked) => asked.filter((action) => action !== '*' || mayDelete),
    });
    const registry = await startRegistry({ auth: tokens.auth });
    const settings = { authFile: authFile(registry.host, passwordEntry()) };
    const tree = makeTree(scratchFolder(), { images });
    await pushTrees(registry.host, [tree], { settings });
    const record = recordOf(tree, 'store-1.0.0');
    const refused = await remove(registry.host, record, settings);
    expect(refused.errors.map(({ code }) => code)).toEqual(['registry-credentials']);
    expect(refused.errors[0]?.hint).toContain('do they allow that?');
    mayDelete = true;
    const report = await remove(registry.host, record, settings);
    expect(report.errors).toEqual([]);
    expect(report.deleted).toBe(6);
    expect(tokens.requests.flatMap(({ scopes }) => scopes)).toContain(
      'repository:store-1.0.0/app:*',
    );
  });

  it('that answers 503 once is asked again', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    let isFirst = true;
    const proxy = await startFaultProxy(registry.host, (request) => {
      if (!isDeletion(request) || !isFirst) return undefined;
      isFirst = false;
      return { status: 503 };
    });
    const report = await remove(proxy.host, record);
    expect(report.errors).toEqual([]);
    expect(report.deleted).toBe(6);
    expect(proxy.seen.filter(isDeletion)).toHaveLength(7);
  });

  it('that refuses one index keeps its platforms, and deletes the other repositories', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const { digest } = recordedImage(record, 'multi');
    const proxy = await startFaultProxy(registry.host, (request) =>
      isDeletion(request) && request.path.endsWith(digest) ? { status: 403 } : undefined,
    );
    const report = await remove(proxy.host, record);
    expect(report.errors.map(({ code }) => code)).toEqual(['registry-refused']);
    expect(results(report).filter((line) => !line.endsWith(' deleted'))).toEqual([
      'store-1.0.0/multi:1 failed',
      'store-1.0.0/multi pending',
      'store-1.0.0/multi pending',
    ]);
    await pullWhole(`${registry.host}/store-1.0.0/multi:1`);
    // When that is mended, the same again is enough.
    expect((await remove(registry.host, record)).deleted).toBe(3);
  });

  it('that refuses to be read deletes nothing at all', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const proxy = await startFaultProxy(registry.host, ({ path }) =>
      path.includes('/rules/') ? { status: 403 } : undefined,
    );
    await expect(remove(proxy.host, record)).rejects.toMatchObject({ code: 'registry-refused' });
    expect(await deletions(registry)).toEqual([]);
  });

  it('that gives other bytes for an index than its digest says deletes nothing', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const { digest } = recordedImage(record, 'multi');
    const proxy = await startFaultProxy(registry.host, ({ method, path }) =>
      method === 'GET' && path.endsWith(digest)
        ? { status: 200, body: '{"manifests":[]}', headers: { 'content-type': OCI_INDEX } }
        : undefined,
    );
    await expect(remove(proxy.host, record)).rejects.toMatchObject({ code: 'registry-protocol' });
    expect(await deletions(registry)).toEqual([]);
  });

  it('stops when it is interrupted, and says what was not tried', async () => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const stop = new AbortController();
    const proxy = await startFaultProxy(registry.host, (request) => {
      if (isDeletion(request)) stop.abort();
      return undefined;
    });
    const session = testSession(proxy.host, { signal: stop.signal });
    const report = await unpush(
      await surveyRemoval(record, session, parseTarget(proxy.host)),
      session,
    );
    expect(report.errors).toEqual([]);
    expect(new Set(report.items.map(({ status }) => status))).toEqual(new Set(['pending']));
    expect(proxy.seen.filter(isDeletion)).toHaveLength(1);
  });
});

/** As many different hexadecimal numbers. */
function crowd(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => index.toString(16).padStart(length, '0'));
}

describe('a repository that is full of what others have', () => {
  it.each([
    ['tags', /\/tags\/list$/u, () => ({ tags: crowd(1001, 4) })],
    ['indexes', /\/mine-\d$/u, () => indexOf(crowd(2500, 64))],
    ['platforms', /\/mine-\d$/u, () => indexOf(crowd(30_000, 64), 'text/plain')],
  ])('is left alone in bounded time: %s', async (_, changed, body) => {
    const registry = await startRegistry();
    const record = await pushed(registry.host, '1.0.0', images.slice(0, 1));
    for (const digit of [1, 2, 3, 4]) {
      await putIndex(registry.host, 'store-1.0.0/app', `mine-${digit}`, record.images);
    }
    const text = JSON.stringify(body());
    const proxy = await startFaultProxy(registry.host, ({ method, path }) => {
      if (method !== 'GET' || !changed.test(path)) return undefined;
      // Each one another index.
      return { status: 200, body: `${text}${' '.repeat(Number(path.at(-1)) || 0)}` };
    });
    await expect(remove(proxy.host, record)).rejects.toMatchObject({ code: 'unpush-crowded' });
    expect(await deletions(registry)).toEqual([]);
  });
});

function indexOf(hex: readonly string[], mediaType = OCI_INDEX) {
  return { manifests: hex.map((digits) => ({ mediaType, digest: `sha256:${digits}` })) };
}

describe('a record that somebody made up', () => {
  it.each([
    ['a name that leads elsewhere', { name: '../other' }],
    ['a name with a folder', { name: 'a/b' }],
    ['a tag that is a path', { tag: '../1' }],
  ])('is refused for %s, before any request', async (_, change) => {
    const registry = await startRegistry();
    const record = await pushed(registry.host);
    const before = (await registry.requests()).length;
    const image = { ...recordedImage(record, 'app'), ...change };
    const removal = remove(registry.host, { id: record.id, images: [image] });
    await expect(removal).rejects.toBeInstanceOf(SolutionsError);
    await expect(removal).rejects.toMatchObject({ code: 'push-name' });
    expect((await registry.requests()).length).toBe(before);
  });
});
