import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { genisoimage, xorriso } from '../support/iso-make.ts';
import { pushTrees, recordOf, statuses } from '../support/registry-push.ts';
import {
  startRegistry,
  type LoggedRequest,
  type TestRegistry,
} from '../support/registry-server.ts';
import { addBigImage, digestsIn, makeTwelve, noise } from '../support/registry-set.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';

function count(requests: readonly LoggedRequest[], method: string, part: string): number {
  return requests.filter((one) => one.method === method && one.path.includes(part)).length;
}

/** Uploads that ended with a blob in the registry. */
function uploads(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ method, path }) => method === 'PUT' && path.includes('/blobs/uploads/'))
    .map(({ path }) => /digest=sha256(?:%3A|:)([0-9a-f]{64})/u.exec(path)?.[1] ?? 'none');
}

function imagesOf(registry: TestRegistry, tree: string, id: string): [string, string][] {
  return [...digestsIn(tree)].map(([image, digest]) => [`${registry.host}/${id}/${image}`, digest]);
}

describe('the push of twelve images in ten repositories', () => {
  it('sends each of 31 blobs once, in at most 136 requests, and asks 12 times the next time', async () => {
    const registry = await startRegistry();
    const tree = makeTwelve(scratchFolder());
    const cold = await pushTrees(registry.host, [tree]);
    expect(statuses(cold)).toEqual(Array.from({ length: 12 }, () => 'pushed'));
    expect(cold.blobs.sent.blobs).toBe(31);
    expect(cold.blobs.mounted.blobs).toBe(19);
    const first = await registry.requests();
    expect(first.length).toBeLessThanOrEqual(136);
    expect(first).toHaveLength(cold.requests);
    expect(uploads(first)).toHaveLength(31);
    expect(new Set(uploads(first)).size).toBe(31);

    const warm = await pushTrees(registry.host, [tree]);
    expect(statuses(warm)).toEqual(Array.from({ length: 12 }, () => 'present'));
    const second = (await registry.requests()).slice(first.length);
    expect(second).toHaveLength(12);
    expect(second.every(({ method }) => method === 'HEAD')).toBe(true);

    for (const [image, digest] of imagesOf(registry, tree, 'set-1.0.0')) {
      expect(await rawDigest(image)).toBe(digest);
      await pullWhole(image);
    }
  });

  it('mounts everything from the version before, and sends no blob', async () => {
    const registry = await startRegistry();
    const before = makeTwelve(scratchFolder());
    const after = makeTwelve(scratchFolder(), '1.1.0');
    await pushTrees(registry.host, [before]);
    const first = await registry.requests();
    const report = await pushTrees(registry.host, [after], { from: ['set-1.0.0'] });
    const second = (await registry.requests()).slice(first.length);
    expect(statuses(report)).toEqual(Array.from({ length: 12 }, () => 'pushed'));
    expect(uploads(second)).toEqual([]);
    expect(second.length).toBeLessThanOrEqual(74);
    for (const [image, digest] of imagesOf(registry, after, 'set-1.1.0')) {
      expect(await rawDigest(image)).toBe(digest);
    }
  });

  it('finds layers of another version where its record says they are, and sends the new one alone', async () => {
    const registry = await startRegistry();
    const layers = ['base', 'tools'];
    const before = makeTree(scratchFolder(), {
      images: [{ name: 'store-operator', tag: '1.0.0', layers }],
    });
    const after = makeTree(scratchFolder(), {
      version: '1.1.0',
      // Under another name: only a record can tell.
      images: [{ name: 'operator', tag: '1.1.0', layers: [...layers, 'new'] }],
    });
    await pushTrees(registry.host, [before]);
    const record = recordOf(before, 'store-1.0.0');
    const report = await pushTrees(registry.host, [after], { records: [record] });
    expect(statuses(report)).toEqual(['pushed']);
    expect(report.blobs.mounted.blobs).toBe(2);
    // The new layer, and a config that is never the same.
    expect(report.blobs.sent.blobs).toBe(2);
  });

  it('sends what a version of the records no longer has, once', async () => {
    const registry = await startRegistry();
    const before = makeTwelve(scratchFolder());
    const after = makeTwelve(scratchFolder(), '1.1.0');
    const records = [recordOf(before, 'set-1.0.0')];
    const report = await pushTrees(registry.host, [after], { records });
    expect(statuses(report)).toEqual(Array.from({ length: 12 }, () => 'pushed'));
    expect(new Set(uploads(await registry.requests())).size).toBe(31);
    expect(uploads(await registry.requests())).toHaveLength(31);
    // Mounts that failed gave their uploads: none was opened twice.
    expect(count(await registry.requests(), 'POST', '/blobs/uploads/')).toBe(50);
  });
});

describe('what is pushed', () => {
  it('is every form of image, byte for byte, below a base path', async () => {
    const registry = await startRegistry();
    const artifact = [
      { title: 'a.json', mediaType: 'application/grafana-dashboard+json', text: '{}' },
    ];
    const tree = makeTree(scratchFolder(), {
      images: [
        { name: 'docker', tag: '1', form: 'docker' },
        { name: 'oci', tag: '1', form: 'oci' },
        { name: 'untyped', tag: '1', form: 'untyped' },
        { name: 'index', tag: '1', form: 'index' },
        { name: 'dashboards', tag: '1', artifact },
        { name: 'empty', tag: '1', layers: [] },
      ],
    });
    const report = await pushTrees(registry.host, [tree], { base: 'lab/solutions' });
    expect(new Set(statuses(report))).toEqual(new Set(['pushed']));
    for (const [image, digest] of imagesOf(registry, tree, 'lab/solutions/store-1.0.0')) {
      expect(await rawDigest(image)).toBe(digest);
      if (!image.includes('/dashboards:')) await pullWhole(image);
    }
  });

  it.each([
    ['genisoimage', genisoimage],
    ['xorriso', xorriso],
  ])('comes out of an ISO image of %s by offset', async (_, make) => {
    const registry = await startRegistry();
    const tree = makeTree(scratchFolder());
    const big = { name: 'big', tag: '1', layers: [noise(3_500_000), noise(1 << 20), noise(1)] };
    addBigImage(tree, big);
    const iso = join(scratchFolder(), 'store.iso');
    await make(tree, iso);
    const report = await pushTrees(registry.host, [iso]);
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    for (const [image, digest] of imagesOf(registry, tree, 'store-1.0.0')) {
      expect(await rawDigest(image)).toBe(digest);
      await pullWhole(image);
    }
  });

  it('replaces what a tag pointed at before, and says so', async () => {
    const registry = await startRegistry();
    const old = makeTree(scratchFolder(), { images: [{ name: 'app', tag: '1', layers: ['a'] }] });
    const now = makeTree(scratchFolder(), { images: [{ name: 'app', tag: '1', layers: ['b'] }] });
    await pushTrees(registry.host, [old]);
    const report = await pushTrees(registry.host, [now]);
    expect(report.images[0]?.replaced).toBe(digestsIn(old).get('app:1'));
    expect(await rawDigest(`${registry.host}/store-1.0.0/app:1`)).toBe(digestsIn(now).get('app:1'));
  });

  it('is nothing in a dry run, which says what is missing', async () => {
    const registry = await startRegistry();
    const tree = makeTwelve(scratchFolder());
    const report = await pushTrees(registry.host, [tree], { isDryRun: true });
    expect(new Set(statuses(report))).toEqual(new Set(['missing']));
    expect(report.blobs.sent.blobs).toBe(31);
    expect(report.blobs.mounted.blobs).toBe(19);
    const requests = await registry.requests();
    expect(requests.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });

  it('arrives once in whole when two pushes run at once', async () => {
    const registry = await startRegistry();
    const tree = makeTwelve(scratchFolder());
    const reports = await Promise.all([
      pushTrees(registry.host, [tree]),
      pushTrees(registry.host, [tree]),
    ]);
    for (const report of reports) expect(statuses(report)).not.toContain('failed');
    for (const [image, digest] of imagesOf(registry, tree, 'set-1.0.0')) {
      expect(await rawDigest(image)).toBe(digest);
    }
    await pullWhole(`${registry.host}/set-1.0.0/image-0:1.0.0`);
  });

  it('is read back when that is asked for: every manifest, children too', async () => {
    const registry = await startRegistry();
    const tree = makeTree(scratchFolder(), { images: [{ name: 'app', tag: '1', form: 'index' }] });
    const report = await pushTrees(registry.host, [tree], { isVerified: true });
    expect(statuses(report)).toEqual(['pushed']);
    const reads = (await registry.requests()).filter(({ method }) => method === 'GET');
    expect(reads.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});

describe('the counts of a push', () => {
  it('never go back, and end at everything', async () => {
    const registry = await startRegistry();
    const tree = makeTwelve(scratchFolder());
    addBigImage(tree, { name: 'big', tag: '1', layers: [noise(5 << 20)] });
    const events: { done: number; total: number; sent: number; imagesDone: number }[] = [];
    await pushTrees(registry.host, [tree], { progress: (event) => events.push(event) });
    const last = events.at(-1);
    expect(last?.done).toBe(last?.total);
    expect(last?.sent).toBe(last?.total);
    expect(last?.imagesDone).toBe(13);
    for (const key of ['done', 'sent', 'imagesDone'] as const) {
      const values = events.map((event) => event[key]);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
  });
});
