import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTree } from '../../src/archive/tree.ts';
import type { PushReport } from '../../src/images/push.ts';
import { readShipment } from '../../src/images/shipment.ts';
import { parseTarget } from '../../src/images/target.ts';
import { verifyImage } from '../../src/images/verify-image.ts';
import { headManifest } from '../../src/registry/manifests.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import {
  isManifest,
  isUpload,
  startFaultProxy,
  type Fault,
  type SeenRequest,
} from '../support/registry-fault.ts';
import { authFile, passwordEntry } from '../support/registry-auth.ts';
import { hurry, pushTrees, statuses, testSession } from '../support/registry-push.ts';
import { freePort, startRegistry, storedTag } from '../support/registry-server.ts';
import { addBigImage, digestsIn, makeTwelve, noise } from '../support/registry-set.ts';
import { pullWhole, rawDigest } from '../support/registry-skopeo.ts';

const MIB = 1 << 20;

/** `store` with one image `big:1` of two layers, the first of them large. */
function bigTree(sizes: readonly number[] = [4 * MIB, 1000]): { tree: string; layers: string[] } {
  const tree = makeTree(scratchFolder(), { images: [] });
  return { tree, layers: addBigImage(tree, { name: 'big', tag: '1', layers: sizes.map(noise) }) };
}

function errorsOf(report: PushReport) {
  return report.images.flatMap(({ errors }) => errors);
}

/** A registry behind a proxy that does `fault` to the uploads that `which` takes. */
async function faultyRegistry(
  fault: Fault,
  which: (request: SeenRequest, count: number) => boolean,
) {
  const registry = await startRegistry();
  let count = 0;
  const proxy = await startFaultProxy(registry.host, (request) => {
    const isHit = which(request, count);
    if (isHit) count += 1;
    return isHit ? fault : undefined;
  });
  return { registry, proxy };
}

function isMount({ path }: SeenRequest): boolean {
  return path.includes('mount=');
}

function isOpening({ method, path }: SeenRequest): boolean {
  return method === 'POST' && path.endsWith('/blobs/uploads/');
}

function isLarge(request: SeenRequest): boolean {
  return isUpload(request) && Number(request.headers['content-length']) > MIB;
}

const once =
  (matches: (request: SeenRequest) => boolean) => (request: SeenRequest, count: number) =>
    matches(request) && count === 0;

describe('a damaged archive', () => {
  it('is found while a layer is sent: the registry never has the layer or the tag, other images go on', async () => {
    const registry = await startRegistry();
    const { tree, layers } = bigTree([4 * MIB + 5, 1000]);
    makeTreeImages(tree);
    const hex = layers[0]?.slice('sha256:'.length) ?? '';
    const file = join(tree, 'images/big/1', hex);
    const bytes = readFileSync(file);
    bytes[3_000_000] = (bytes[3_000_000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const report = await pushTrees(registry.host, [tree]);
    expect(report.images.map(({ image, status }) => [image.text, status])).toEqual([
      ['big:1', 'failed'],
      ['good:1', 'pushed'],
    ]);
    const [error, ...more] = errorsOf(report);
    expect(more).toEqual([]);
    expect(error?.code).toBe('push-content');
    expect(error?.message).toMatch(/"big:1": layer 1 of 2 has the digest sha256:.*its name says/u);
    expect(error?.place?.file).toBe(`${tree}:images/big/1/${hex}`);
    expect(storedTag(registry, 'store-1.0.0/big', '1')).toBeUndefined();
    const requests = await registry.requests();
    const puts = requests.filter(({ method, path }) => method === 'PUT' && path.includes(hex));
    expect(puts.filter(({ status }) => status < 300)).toEqual([]);
  });

  it('is found before the first request where a blob is missing or short', async () => {
    const { tree, layers } = bigTree();
    const hex = layers[1]?.slice('sha256:'.length) ?? '';
    const file = join(tree, 'images/big/1', hex);
    writeFileSync(file, readFileSync(file).subarray(1));
    await expect(pushTrees('127.0.0.1:1', [tree])).rejects.toMatchObject({
      code: 'oci-size',
      message: expect.stringContaining('layer 2 of 2'),
    });
    execFileSync('rm', [file]);
    await expect(pushTrees('127.0.0.1:1', [tree])).rejects.toMatchObject({ code: 'oci-missing' });
  });
});

function makeTreeImages(tree: string): void {
  addBigImage(tree, { name: 'good', tag: '1', layers: [noise(100)] });
}

describe('a connection that breaks', () => {
  it('in the middle of a layer, once: the layer is sent again, no other one is', async () => {
    const { registry, proxy } = await faultyRegistry({ cutAfter: 2 * MIB }, once(isLarge));
    const { tree, layers } = bigTree();
    const report = await pushTrees(proxy.host, [tree]);
    expect(statuses(report)).toEqual(['pushed']);
    const uploads = proxy.seen.filter(isUpload);
    expect(uploads).toHaveLength(4);
    expect(uploads.filter(({ path }) => path.includes(layers[1]?.slice(7) ?? ''))).toHaveLength(1);
    await pullWhole(`${registry.host}/store-1.0.0/big:1`);
  });

  it('always: an error that names image, layer, size and place, and no tag', async () => {
    const { registry, proxy } = await faultyRegistry({ cutAfter: 2 * MIB }, (request) =>
      isUpload(request),
    );
    const { tree, layers } = bigTree();
    const events: number[] = [];
    const report = await pushTrees(proxy.host, [tree], {
      progress: ({ done }) => events.push(done),
    });
    expect(statuses(report)).toEqual(['failed']);
    const [error] = errorsOf(report);
    expect(error?.code).toBe('registry-temporary');
    expect(error?.message).toMatch(/^image "big:1": sending the layer 1 of 2 \(4194304 bytes\): /u);
    expect(error?.place?.file).toBe(`${tree}:images/big/1/${layers[0]?.slice(7)}`);
    expect(storedTag(registry, 'store-1.0.0/big', '1')).toBeUndefined();
    const layer = proxy.seen.filter(
      (request) => isUpload(request) && request.path.includes(layers[0]?.slice(7) ?? ''),
    );
    expect(layer).toHaveLength(hurry.attempts);
    expect(events).toEqual([...events].sort((a, b) => a - b));
  });

  it('for good, in the middle of a run: every later task ends at once', async () => {
    const registry = await startRegistry();
    const proxy = await startFaultProxy(registry.host, (_, index) =>
      index < 20 ? undefined : { reset: true },
    );
    const report = await pushTrees(proxy.host, [makeTwelve(scratchFolder())]);
    expect(statuses(report)).toEqual(Array.from({ length: 12 }, () => 'failed'));
    // Four tasks at once may each use up their attempts.
    expect(proxy.seen.length).toBeLessThanOrEqual(20 + 4 * hurry.attempts);
    const errors = [...new Set(errorsOf(report))];
    expect(errors.length).toBeLessThanOrEqual(5);
    for (const { message } of errors)
      expect(message).toMatch(/^(?:image "|nothing more was tried: )/u);
  });

  it('before it is there: one error, not one an image', async () => {
    const port = await freePort();
    const pushing = pushTrees(`127.0.0.1:${port}`, [makeTwelve(scratchFolder())]);
    await expect(pushing).rejects.toMatchObject({
      code: 'registry-temporary',
      message: expect.stringContaining(
        `127.0.0.1:${port} cannot be reached: nothing listens there`,
      ),
    });
  });

  it('silently: nothing is waited for longer than the idle time', async () => {
    const { proxy } = await faultyRegistry({ silence: true }, isUpload);
    const { tree } = bigTree([1000]);
    const waits = { idle: 300, answer: 300 };
    const settings = { waits, retry: { ...hurry, attempts: 2 } };
    const report = await pushTrees(proxy.host, [tree], { settings });
    expect(errorsOf(report)[0]?.message).toContain('no byte came or went for too long');
  });

  it('not at all, but slowly: that is no failure, however long it takes', async () => {
    const { registry, proxy } = await faultyRegistry({ bytesPerSecond: 1_500_000 }, isUpload);
    const { tree } = bigTree([2 * MIB]);
    const settings = { waits: { idle: 700, answer: 5000 } };
    const start = performance.now();
    const report = await pushTrees(proxy.host, [tree], { settings });
    expect(statuses(report)).toEqual(['pushed']);
    expect(performance.now() - start).toBeGreaterThan(1000);
    expect(proxy.seen.filter(isUpload)).toHaveLength(2);
    await pullWhole(`${registry.host}/store-1.0.0/big:1`);
  });

  it('by one flipped bit: the registry tells, and the layer is sent again', async () => {
    const { registry, proxy } = await faultyRegistry({ flipBit: true }, once(isUpload));
    const { tree } = bigTree([2000]);
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
    expect(proxy.seen.filter(isUpload)).toHaveLength(3);
    await pullWhole(`${registry.host}/store-1.0.0/big:1`);
  });
});

describe('a registry that refuses', () => {
  it.each([500, 502, 503, 504])('with %i once is asked again', async (status) => {
    const { proxy } = await faultyRegistry({ status, body: '<html>' }, once(isUpload));
    const { tree } = bigTree();
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
  });

  it('announced bodies with 417, after a cut, gets them unannounced', async () => {
    const registry = await startRegistry();
    let isCut = false;
    const proxy = await startFaultProxy(registry.host, (request) => {
      if (!isUpload(request)) return undefined;
      if (request.headers.expect !== undefined) return { status: 417 };
      if (isCut) return undefined;
      isCut = true;
      return { reset: true };
    });
    const { tree } = bigTree([2000]);
    const report = await pushTrees(proxy.host, [tree], { settings: { jobs: 1 } });
    expect(errorsOf(report)).toEqual([]);
    expect(proxy.seen.filter(({ headers }) => headers.expect !== undefined)).toHaveLength(1);
  });

  it('with 429 is asked again after the time that it wants', async () => {
    const fault = { status: 429, headers: { 'retry-after': '1' } };
    const { proxy } = await faultyRegistry(fault, once(isUpload));
    const { tree } = bigTree([2000]);
    const start = performance.now();
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
  });

  it('with 503 and too long a wait is not waited for', async () => {
    const fault = { status: 503, headers: { 'retry-after': '3600' } };
    const { proxy } = await faultyRegistry(fault, isManifest);
    const { tree } = bigTree([2000]);
    const report = await pushTrees(proxy.host, [tree]);
    expect(errorsOf(report)[0]?.code).toBe('registry-temporary');
    expect(proxy.seen.filter(isManifest)).toHaveLength(1);
  });

  it.each([400, 403, 404, 405, 413])('with %i is never asked again', async (status) => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\u001b[31m way' }] });
    const { registry, proxy } = await faultyRegistry({ status, body }, isUpload);
    const { tree, layers } = bigTree([2000]);
    const report = await pushTrees(proxy.host, [tree]);
    expect(statuses(report)).toEqual(['failed']);
    const [error] = errorsOf(report);
    expect(error?.code).toBe('registry-refused');
    expect(error?.message).toContain(`the registry answered ${status}`);
    expect(error?.message).toContain('DENIED, no [31m way');
    const same = proxy.seen.filter(({ path }) => path.includes(layers[0]?.slice(7) ?? ''));
    expect(same.filter(isUpload)).toHaveLength(1);
    expect(storedTag(registry, 'store-1.0.0/big', '1')).toBeUndefined();
  });

  it('a manifest because another push writes the link to a layer just now is asked again', async () => {
    const registry = await startRegistry();
    const { tree, layers } = bigTree([2000]);
    const layer = `_layers/sha256/${layers[0]?.slice(7)}/link`;
    const link = join(registry.storage, 'docker/registry/v2/repositories/store-1.0.0/big', layer);
    const contents = ['', layers[0] ?? ''];
    const proxy = await startFaultProxy(registry.host, (request) => {
      const content = isManifest(request) ? contents.shift() : undefined;
      if (content !== undefined) writeFileSync(link, content);
      return undefined;
    });
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
    const answers = (await registry.requests()).filter(({ method }) => method === 'PUT');
    expect(answers.map(({ status }) => status).slice(-2)).toEqual([400, 201]);
    await pullWhole(`${registry.host}/store-1.0.0/big:1`);
  });

  it('a large layer is believed: its answer counts, not the reset that follows', async () => {
    const { proxy } = await faultyRegistry({ status: 413, body: '<html>too large' }, isUpload);
    const { tree } = bigTree([24 * MIB]);
    const report = await pushTrees(proxy.host, [tree]);
    const [error] = errorsOf(report);
    expect(error?.message).toMatch(/413 Content Too Large$/u);
    expect(error?.hint).toContain('client_max_body_size');
    // HTML is nothing to print.
    expect(error?.message).not.toContain('<');
  });

  it('every write, being read-only, is not asked again', async () => {
    const registry = await startRegistry({ isReadOnly: true });
    const { tree } = bigTree([2000]);
    const report = await pushTrees(registry.host, [tree]);
    const [error] = errorsOf(report);
    expect(error?.code).toBe('registry-refused');
    expect(error?.message).toContain('405 Method Not Allowed');
    expect(error?.hint).toContain('read-only');
  });

  it.each([403, 404, 405])(
    'to open uploads (%i) is asked once a repository, and is one error each',
    async (status) => {
      const { proxy } = await faultyRegistry({ status }, isOpening);
      const tree = makeTree(scratchFolder(), { images: [] });
      const base = noise(3000);
      for (const name of ['a', 'b', 'c', 'd']) {
        addBigImage(tree, { name, tag: '1', layers: [base, noise(2000), noise(1000)] });
      }
      addBigImage(tree, { name: 'd', tag: '2', layers: [noise(500)] });
      const report = await pushTrees(proxy.host, [tree], { settings: { jobs: 1 } });
      expect(statuses(report)).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
      const errors = report.images.map((image) => image.errors);
      expect(errors.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
      expect(new Set(errors.flat()).size).toBe(4);
      expect(errors[4]).toEqual(errors[3]);
      expect(errors[0]?.[0]?.message).toContain(`opening an upload for the layer`);
      expect(proxy.seen.filter(isOpening)).toHaveLength(4);
    },
  );

  it('one blob alone (403, after its bytes) has the others sent', async () => {
    const { proxy } = await faultyRegistry({ status: 403 }, once(isLarge));
    const { tree } = bigTree([4 * MIB, 2000, 1000]);
    const report = await pushTrees(proxy.host, [tree], { settings: { jobs: 1 } });
    expect(statuses(report)).toEqual(['failed']);
    expect(report.blobs.sent.blobs).toBe(3);
  });

  it('a layer for its size (413) is sent to one repository alone, and is one error', async () => {
    const { proxy } = await faultyRegistry({ status: 413 }, isLarge);
    const tree = makeTree(scratchFolder(), { images: [] });
    const layers = [noise(2 * MIB)];
    for (const name of ['a', 'b', 'c']) addBigImage(tree, { name, tag: '1', layers });
    const report = await pushTrees(proxy.host, [tree]);
    expect(statuses(report)).toEqual(['failed', 'failed', 'failed']);
    expect(new Set(errorsOf(report)).size).toBe(1);
    expect(proxy.seen.filter(isLarge)).toHaveLength(1);
  });

  it('for want of space says so, and has no tag', async () => {
    const storage = tinyDisk('3m');
    const registry = await startRegistry({ storage });
    const { tree } = bigTree([8 * MIB]);
    const report = await pushTrees(registry.host, [tree]);
    expect(statuses(report)).toEqual(['failed']);
    const [error] = errorsOf(report);
    expect(error?.code).toBe('registry-temporary');
    expect(error?.hint).toBe('the disk of the registry is full');
    expect(error?.message).not.toMatch(/_state=[^.]/u);
    expect(storedTag(registry, 'store-1.0.0/big', '1')).toBeUndefined();
  });

  it.each([400, 403, 404, 405, 500])('to mount (%i) gets the layer sent', async (status) => {
    const { registry, proxy } = await faultyRegistry({ status }, isMount);
    const layers = ['same'];
    const tree = makeTree(scratchFolder(), {
      images: [
        { name: 'a', tag: '1', layers },
        { name: 'b', tag: '1', layers },
      ],
    });
    const report = await pushTrees(proxy.host, [tree]);
    expect(statuses(report)).toEqual(['pushed', 'pushed']);
    expect(report.blobs.mounted.blobs).toBe(0);
    await pullWhole(`${registry.host}/store-1.0.0/b:1`);
  });
});

/** A file system of its own, of the given size. */
function tinyDisk(size: string): string {
  const folder = scratchFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
  });
  return folder;
}

describe('a registry that sends elsewhere', () => {
  it.each([
    ['a relative', (url: URL) => `${url.pathname}${url.search}`],
    ['an absolute', (url: URL) => url.href],
  ])('with %s Location gets its own query back, and the digest', async (_, rewrite) => {
    const registry = await startRegistry();
    const proxy = await startFaultProxy(registry.host, ({ method, headers }) =>
      method === 'POST'
        ? {
            answer: ({ location = '' }) => ({
              location: rewrite(new URL(location, `http://${headers.host}`)),
            }),
          }
        : undefined,
    );
    const { tree } = bigTree([2000]);
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
    const upload = proxy.seen.find(isUpload);
    expect(upload?.path).toMatch(/\?_state=[^&]+&digest=sha256%3A[0-9a-f]{64}$/u);
  });

  it('to another host: that one gets the layer and no credentials', async () => {
    const registry = await startRegistry();
    const other = await startFaultProxy(registry.host, () => undefined);
    const proxy = await startFaultProxy(registry.host, ({ method, headers }) => {
      if (headers.authorization === undefined) {
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="test"' } };
      }
      return method === 'POST'
        ? {
            answer: ({ location = '' }) => {
              const url = new URL(location, `http://${registry.host}`);
              url.host = other.host;
              return { location: url.href };
            },
          }
        : undefined;
    });
    const settings = { authFile: authFile(proxy.host, passwordEntry()) };
    const { tree } = bigTree([2000]);
    const report = await pushTrees(proxy.host, [tree], { settings });
    expect(statuses(report)).toEqual(['pushed']);
    expect(proxy.seen.filter(({ headers }) => headers.authorization === undefined)).toHaveLength(1);
    expect(other.seen.filter(isUpload)).toHaveLength(2);
    expect(other.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });
});

describe('a registry that redirects what is read', () => {
  it('is followed, but not with credentials, and not in a circle', async () => {
    const registry = await startRegistry();
    const other = await startFaultProxy(registry.host, () => undefined);
    const proxy = await startFaultProxy(
      registry.host,
      ({ method, path, headers }): Fault | undefined => {
        if (headers.authorization === undefined) {
          return { status: 401, headers: { 'www-authenticate': 'Basic realm="test"' } };
        }
        if (path.includes('/manifests/circle')) return { status: 307, headers: { location: path } };
        return method === 'HEAD'
          ? { status: 307, headers: { location: `http://${other.host}${path}` } }
          : undefined;
      },
    );
    const settings = { authFile: authFile(proxy.host, passwordEntry()) };
    const { tree } = bigTree([2000]);
    expect(statuses(await pushTrees(proxy.host, [tree], { settings }))).toEqual(['pushed']);
    expect(other.seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'HEAD']);
    expect(other.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    const at = { session: testSession(proxy.host, settings), repository: 'a' };
    await expect(headManifest(at, 'circle')).rejects.toMatchObject({ code: 'registry-protocol' });
    expect(proxy.seen.filter(({ path }) => path.includes('circle')).length).toBeLessThan(20);
  });
});

describe('what the registry says it has', () => {
  it('is an error where the digest of a manifest is another one', async () => {
    const registry = await startRegistry();
    const wrong = `sha256:${'0'.repeat(64)}`;
    const proxy = await startFaultProxy(registry.host, (request) =>
      isManifest(request) ? { answer: () => ({ 'docker-content-digest': wrong }) } : undefined,
    );
    const { tree } = bigTree([2000]);
    const report = await pushTrees(proxy.host, [tree]);
    const [error] = errorsOf(report);
    expect(error?.code).toBe('registry-protocol');
    expect(error?.message).toContain(`as ${wrong}`);
  });

  it('is read from the manifest itself where the answer says none', async () => {
    const registry = await startRegistry();
    const proxy = await startFaultProxy(registry.host, (request) =>
      isManifest(request) ? { answer: () => ({ 'docker-content-digest': '' }) } : undefined,
    );
    const { tree } = bigTree([2000]);
    expect(statuses(await pushTrees(proxy.host, [tree]))).toEqual(['pushed']);
    const reads = (await registry.requests()).filter(({ method }) => method === 'GET');
    expect(reads.map(({ status }) => status)).toEqual([200]);
  });

  it('is nothing where a web server answers everything with 200', async () => {
    const web = await startFaultProxy('127.0.0.1:1', () => ({ status: 200, body: '<html>' }));
    const report = await pushTrees(web.host, [bigTree([2000]).tree]);
    expect(statuses(report)).toEqual(['failed']);
    expect(errorsOf(report)[0]?.code).toBe('registry-protocol');
  });

  it('is an error where the tag leads to another image when it is read back', async () => {
    const registry = await startRegistry();
    const theirs = bigTree([2000]).tree;
    const ours = bigTree([2000]).tree;
    await pushTrees(registry.host, [theirs]);
    const { images } = readShipment(openTree(ours, ours), parseTarget(registry.host));
    const [image] = images;
    if (!image) throw new Error('no image');
    const verifying = verifyImage(testSession(registry.host), image);
    await expect(verifying).rejects.toMatchObject({ code: 'push-verify' });
    expect(await rawDigest(`${registry.host}/store-1.0.0/big:1`)).toBe(
      digestsIn(theirs).get('big:1'),
    );
  });
});
