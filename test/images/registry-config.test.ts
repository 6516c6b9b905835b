import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readContents } from '../../src/archive/contents.ts';
import { openTree, type Tree } from '../../src/archive/tree.ts';
import { registryConfig, registryConfigTemplate } from '../../src/images/registry-config.ts';
import { packageFile } from '../../src/package.ts';
import { makeTree, scratchFolder, write, type ImageToMake } from '../support/archive-make.ts';
import { ask, startNginx, type TestNginx } from '../support/nginx.ts';

const template = readFileSync(packageFile('templates/registry-config.conf.hbs'), 'utf8');
const examples = ['base-images-2.3.0', 'web-store-1.0.0', 'web-store-1.1.0'];

interface Flags {
  readonly root?: string | undefined;
  readonly prefix?: string | undefined;
}

function withTree<Value>(archive: string, work: (tree: Tree) => Value): Value {
  const tree = openTree(archive, 'archive');
  try {
    return work(tree);
  } finally {
    tree.close();
  }
}

function configOf(archive: string, flags: Flags = {}): string {
  return withTree(archive, (tree) => registryConfig(tree, { template, ...flags })).text;
}

function imagesOf(archive: string) {
  return withTree(archive, readContents).images.records;
}

function exampleIso(id: string): string {
  return packageFile(`examples/${id}.iso`);
}

/** The tree of an image: what a mount would show. */
async function unpacked(iso: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await execa('bsdtar', ['-xf', iso, '-C', folder]);
  return folder;
}

/** Serves one directory under `store-1.0.0`. */
async function serve(folder: string): Promise<TestNginx> {
  return startNginx([configOf(folder, { root: folder })]);
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Pulls one image, all its platforms, with skopeo: the files that came, by name. */
async function pull({ host }: TestNginx, reference: string): Promise<Map<string, string>> {
  const folder = join(scratchFolder(), 'pulled');
  const flags = ['--all', '--preserve-digests', '--src-tls-verify=false'];
  const source = `docker://${host}/${reference}`;
  await execa('skopeo', ['--insecure-policy', 'copy', ...flags, source, `dir:${folder}`]);
  return digestsIn(folder);
}

/** The digest of each file of an image folder. */
function digestsIn(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name !== 'version');
  return new Map(
    names.toSorted().map((name) => [name, sha256(readFileSync(join(folder, name)))] as const),
  );
}

/** Another tag that names the manifests of these tags, as an index of the given type. */
function writeIndex(folder: string, tags: readonly string[], [type, child]: readonly string[]) {
  const target = join(folder, 'images/multi/all');
  const manifests = tags.map((tag) => {
    cpSync(join(folder, 'images/multi', tag), target, { recursive: true });
    const bytes = readFileSync(join(target, 'manifest.json'));
    const digest = sha256(bytes);
    write(target, `${digest.slice('sha256:'.length)}.manifest.json`, bytes);
    const platform = { os: 'linux', architecture: tag };
    return { mediaType: child, digest, size: bytes.length, platform };
  });
  write(target, 'manifest.json', JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
}

const DOCKER = 'application/vnd.docker.distribution.manifest';
const OCI = 'application/vnd.oci.image';
const dashboard = {
  title: 'dashboard.json',
  mediaType: 'application/grafana-dashboard+json',
  text: '{"title": "Store"}',
};

/** A tag may end as the name of a file does, which means a type to nginx. */
const everyForm: readonly ImageToMake[] = [
  { name: 'docker', tag: '1.html', form: 'docker' },
  { name: 'oci', tag: '1.html' },
  { name: 'untyped', tag: '1.html', form: 'untyped' },
  { name: 'index', tag: '1.html', form: 'index' },
  { name: 'artifact', tag: '1.html', artifact: [dashboard] },
];

describe('the images of an archive, served by nginx', () => {
  it('are pulled by skopeo as they are, by tag and by digest, from three archives at once', async () => {
    const folder = scratchFolder();
    const configs = examples.map((id) => configOf(exampleIso(id), { root: join(folder, id) }));
    for (const id of examples) await unpacked(exampleIso(id), join(folder, id));
    const nginx = await startNginx(configs);
    let pulled = 0;
    for (const id of examples) {
      for (const { name, tag, digest } of imagesOf(exampleIso(id))) {
        const source = digestsIn(join(folder, id, 'images', name, tag));
        expect(source.get('manifest.json')).toBe(digest);
        expect(await pull(nginx, `${id}/${name}:${tag}`)).toEqual(source);
        expect(await pull(nginx, `${id}/${name}@${digest}`)).toEqual(source);
        pulled += 1;
      }
    }
    expect(pulled).toBeGreaterThan(5);
    expect(nginx.log()).toBe('');
  });

  it.each(everyForm)('are pulled in the form $name', async ({ name, tag }) => {
    const folder = makeTree(scratchFolder(), { images: everyForm });
    const nginx = await serve(folder);
    const source = digestsIn(join(folder, 'images', name, tag));
    expect(await pull(nginx, `store-1.0.0/${name}:${tag}`)).toEqual(source);
  });

  it.each([
    ['docker', `${DOCKER}.v2+json`],
    ['oci', `${OCI}.manifest.v1+json`],
    ['untyped', `${OCI}.manifest.v1+json`],
    ['index', `${OCI}.index.v1+json`],
    ['artifact', `${OCI}.manifest.v1+json`],
  ])('have the media type of their form: %s', async (name, type) => {
    const nginx = await serve(makeTree(scratchFolder(), { images: everyForm }));
    const { status, headers } = await ask(nginx, `/v2/store-1.0.0/${name}/manifests/1.html`);
    expect([status, headers['content-type']]).toEqual([200, type]);
  });

  it('are pulled from a Docker list, each platform by its digest', async () => {
    const images = ['amd64', 'arm64'].map(
      (tag) => ({ name: 'multi', tag, form: 'docker', layers: [tag] }) as const,
    );
    const folder = makeTree(scratchFolder(), { images });
    writeIndex(folder, ['amd64', 'arm64'], [`${DOCKER}.list.v2+json`, `${DOCKER}.v2+json`]);
    const nginx = await serve(folder);
    const source = digestsIn(join(folder, 'images/multi/all'));
    expect(source.size).toBe(7);
    expect(await pull(nginx, 'store-1.0.0/multi:all')).toEqual(source);
    const { headers } = await ask(nginx, '/v2/store-1.0.0/multi/manifests/all');
    expect(headers['content-type']).toBe(`${DOCKER}.list.v2+json`);
  });

  it('are found by digest in an index that stands in an index', async () => {
    const images = [{ name: 'multi', tag: 'inner', form: 'index' }] as const;
    const folder = makeTree(scratchFolder(), { images });
    const type = `${OCI}.index.v1+json`;
    writeIndex(folder, ['inner'], [type, type]);
    const nginx = await serve(folder);
    const [inner = ''] = imagesOf(folder)
      .map(({ digest }) => digest)
      .toReversed();
    const manifests = readdirSync(join(folder, 'images/multi/all'))
      .filter((name) => name.endsWith('.manifest.json'))
      .map((name) => `sha256:${name.slice(0, 64)}`);
    expect(manifests).toContain(inner);
    expect(manifests).toHaveLength(3);
    for (const digest of manifests) {
      const answer = await ask(nginx, `/v2/store-1.0.0/multi/manifests/${digest}`);
      expect(answer.status).toBe(200);
      expect(sha256(answer.body)).toBe(digest);
    }
  });
});

/** What Salt does: two variables, and nothing else of Jinja. */
function filled(archive: string, variables: Readonly<Record<string, string>>): string {
  const { text } = withTree(archive, (tree) => registryConfigTemplate(tree, template));
  return text.replaceAll(/\{\{ (\w+) \}\}/gu, (_, name: string) => variables[name] ?? 'unknown');
}

describe('the template for the import of MetalK8s', () => {
  it('is the configuration itself, once repository and folder are filled in', () => {
    for (const id of examples) {
      const text = filled(exampleIso(id), {
        repository: id,
        registry_root: `/srv/scality/${id}/images`,
      });
      expect(text).toBe(configOf(exampleIso(id)));
      expect(text).not.toMatch(/\{[{%#]/u);
    }
  });

  it('serves the images under any name and folder', async () => {
    const folder = makeTree(scratchFolder(), { images: everyForm });
    const nginx = await startNginx([
      filled(folder, { repository: 'other-2', registry_root: join(folder, 'images') }),
    ]);
    const source = digestsIn(join(folder, 'images/index/1.html'));
    expect(await pull(nginx, 'other-2/index:1.html')).toEqual(source);
  });
});

describe('the answers of nginx', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const base = '/v2/store-1.0.0';

  it.each([
    ['GET', '/v2/', 200, ''],
    ['HEAD', '/v2', 200, ''],
    ['PUT', '/v2/', 405, 'UNSUPPORTED'],
    ['GET', `${base}/web/manifests/2.html`, 404, 'MANIFEST_UNKNOWN'],
    ['GET', `${base}/web/manifests/${digest}`, 404, 'MANIFEST_UNKNOWN'],
    ['HEAD', `${base}/web/manifests/2`, 404, ''],
    ['GET', `${base}/web/blobs/${digest}`, 404, 'BLOB_UNKNOWN'],
    ['GET', `${base}/web/referrers/${digest}`, 404, 'NAME_UNKNOWN'],
    ['GET', `${base}/wed/manifests/1`, 404, 'NAME_UNKNOWN'],
    ['GET', `${base}/wed/tags/list`, 404, 'NAME_UNKNOWN'],
    ['GET', `${base}/index.html`, 404, 'NAME_UNKNOWN'],
    ['PUT', `${base}/web/manifests/1.html`, 405, 'UNSUPPORTED'],
    ['POST', `${base}/web/manifests/1`, 405, 'UNSUPPORTED'],
    ['DELETE', `${base}/web/manifests/2.html`, 405, 'UNSUPPORTED'],
    ['POST', `${base}/web/blobs/uploads/`, 405, 'UNSUPPORTED'],
    ['PATCH', `${base}/web/tags/list`, 405, 'UNSUPPORTED'],
    ['POST', `${base}/other/blobs/uploads/`, 405, 'UNSUPPORTED'],
  ])('to %s %s are %i %s, as JSON', async (method, path, status, code) => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    const answer = await ask(await serve(folder), path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0');
    expect(answer.headers.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
    const text = answer.body.toString() || 'null';
    const errors = [{ code, message: expect.stringMatching(/./u) }];
    const expected = code === '' ? {} : { errors };
    expect(JSON.parse(text)).toEqual(method === 'HEAD' ? null : expected);
  });

  it('hold digest, type and length of a manifest and a blob, with HEAD too, never compressed', async () => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    const nginx = await serve(folder);
    const [image] = imagesOf(folder);
    const [blob] = image?.blobs ?? [];
    const cases = [
      [`manifests/1`, image?.digest, image?.size, `${OCI}.manifest.v1+json`],
      [`manifests/${image?.digest}`, image?.digest, image?.size, `${OCI}.manifest.v1+json`],
      [`blobs/${blob?.digest}`, blob?.digest, blob?.size, 'application/octet-stream'],
    ] as const;
    for (const [path, expected, size, type] of cases) {
      for (const method of ['GET', 'HEAD']) {
        const headers = { 'Accept-Encoding': 'gzip' };
        const answer = await ask(nginx, `${base}/web/${path}`, { method, headers });
        expect(answer.status).toBe(200);
        expect(answer.headers).toMatchObject({
          'content-type': type,
          'content-length': String(size),
          'docker-content-digest': expected,
          'docker-distribution-api-version': 'registry/2.0',
        });
        expect(answer.headers['content-encoding']).toBeUndefined();
        expect(sha256(answer.body)).toBe(method === 'GET' ? expected : sha256(Buffer.alloc(0)));
      }
    }
  });

  it('give a part of a blob to a client that goes on with a broken download', async () => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    const [blob] = imagesOf(folder)[0]?.blobs ?? [];
    const path = `${base}/web/blobs/${blob?.digest}`;
    const nginx = await serve(folder);
    const whole = await ask(nginx, path);
    const part = await ask(nginx, path, { headers: { Range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 10-19/${blob?.size}`);
    expect(part.body).toEqual(whole.body.subarray(10, 20));
  });

  it('list the tags of a name in their order, however many and long they are', async () => {
    const tags = Array.from({ length: 120 }, (_, index) => `v${'x'.repeat(100)}.${index}`);
    const images = [...tags, 'B', 'a'].map((tag) => ({ name: 'web', tag }));
    const nginx = await serve(makeTree(scratchFolder(), { images }));
    const { status, headers, body } = await ask(nginx, `${base}/web/tags/list`);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const expected = ['a', 'B', ...tags.toSorted()];
    expect(JSON.parse(body.toString())).toEqual({ name: 'store-1.0.0/web', tags: expected });
  });

  it('never come from a file beside the images', async () => {
    const folder = makeTree(scratchFolder(), {
      images: [{ name: 'web', tag: '1' }],
      files: { secret: 'secret text', 'images/web/1/secret': 'secret text' },
    });
    write(folder, `images/web/1/${'0'.repeat(64)}`, 'secret text');
    const nginx = await serve(folder);
    const [blob] = imagesOf(folder)[0]?.blobs ?? [];
    const known = `${base}/web/blobs/${blob?.digest}`;
    const paths = [
      `${base}/web/blobs/${digest}`,
      `${known}/../../../../../secret`,
      `${known}/secret`,
      `${known}%2f..%2fsecret`,
      `${known}%00`,
      `${base}/web/blobs/../../../../secret`,
      `${base}/web/blobs/..%2f..%2f..%2f..%2fsecret`,
      `${base}/web/blobs/sha256:..%2fsecret`,
      `${base}/web/manifests/secret`,
      `${base}/web/manifests/1/../secret`,
      `${base}/web/manifests/%2e%2e/%2e%2e/secret`,
      `${base}/web/manifests/`,
      `${base}/../../secret`,
      `${base}../secret`,
    ];
    for (const path of paths) {
      const { status, body } = await ask(nginx, path);
      expect({ path, isRefused: status >= 400 }).toEqual({ path, isRefused: true });
      expect(body.toString()).not.toContain('secret text');
    }
    expect((await ask(nginx, `${base}/other/../web/./manifests/1`)).status).toBe(200);
  });

  it('are the errors of a registry where the archive is not mounted', async () => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    const nginx = await serve(folder);
    rmSync(join(folder, 'images'), { recursive: true });
    const { status, body } = await ask(nginx, `${base}/web/manifests/1`);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  });

  it('leave the other locations of the server alone', async () => {
    const nginx = await serve(makeTree(scratchFolder()));
    for (const path of ['/', '/v2/other/web/manifests/1', '/v2/store-1.0.0', '/v2/store-1.0.01/']) {
      const { status } = await ask(nginx, path);
      expect({ path, status }).toEqual({ path, status: 418 });
    }
  });
});

describe('the configuration', () => {
  it('is the same for an image and its directory, and again', async () => {
    for (const id of examples) {
      const folder = await unpacked(exampleIso(id), join(scratchFolder(), id));
      const text = configOf(exampleIso(id));
      expect(configOf(folder)).toBe(text);
      expect(text).toContain(`alias "/srv/scality/${id}/images/`);
      expect(text).toContain(`location ^~ "/v2/${id}/" {`);
    }
  });

  it('names a blob or manifest that tags share once', () => {
    const images = ['1', '2'].map((tag) => ({ name: 'web', tag }));
    const folder = makeTree(scratchFolder(), { images });
    const [image] = imagesOf(folder);
    const text = configOf(folder);
    const locations = [...text.matchAll(/location = "([^"]+)"/gu)].map(([, uri]) => uri);
    expect(new Set(locations).size).toBe(locations.length);
    const blobs = locations.filter((uri) => uri?.includes('/blobs/'));
    expect(blobs).toHaveLength(image?.blobs.length ?? 0);
    expect(locations.filter((uri) => uri?.includes('/manifests/'))).toHaveLength(3);
  });

  it('stands beside what MetalK8s serves from the file that the vendor made', async () => {
    const id = 'web-store-1.1.0';
    const folder = await unpacked(exampleIso(id), join(scratchFolder(), id));
    const values: Record<string, string> = { repository: id, registry_root: `${folder}/images` };
    const theirs = readFileSync(join(folder, 'registry-config.inc.j2'), 'utf8').replaceAll(
      /\{\{ (\w+) \}\}/gu,
      (_, name: string) => values[name] ?? '',
    );
    const common = "location = /v2 { return 301 /v2/; } location = /v2/ { return 200 'ok'; }";
    const nginx = await startNginx([common, theirs, configOf(folder, { root: folder })]);
    expect((await ask(nginx, '/v2/')).body.toString()).toBe('ok');
    for (const { name, tag } of imagesOf(folder)) {
      const source = digestsIn(join(folder, 'images', name, tag));
      expect(await pull(nginx, `${id}/${name}:${tag}`)).toEqual(source);
    }
  });

  it.each([
    ['quotes', `it's "here"`],
    ['a backslash', String.raw`back\slash\" n\n`],
    ['what ends a parameter', 'a; } location / { return 200 "x"; } #{'],
    ['letters of all kinds', 'é 東京 {{id}} %2e'],
  ])('serves from a root that holds %s', async (_, name) => {
    const folder = join(scratchFolder(), name);
    mkdirSync(folder, { recursive: true });
    makeTree(folder, { images: [{ name: 'web', tag: '1' }] });
    const nginx = await startNginx([configOf(folder, { root: `${folder}//` })]);
    const { status, body } = await ask(nginx, '/v2/store-1.0.0/web/manifests/1');
    expect(status).toBe(200);
    expect(sha256(body)).toBe(imagesOf(folder)[0]?.digest);
    expect((await ask(nginx, '/')).status).toBe(418);
  });

  it('may start below the root of the file system', () => {
    const text = configOf(makeTree(scratchFolder()), { root: '/' });
    expect(text).toContain('alias "/images/store-operator/1.0.0/manifest.json"');
    expect(text).toContain('# Tree:   "/", ');
  });

  it.each([
    ['relative', 'srv/scality'],
    ['nothing', ''],
    ['a variable', '/srv/$host'],
    ['a line of its own', '/srv/a\nb'],
    ['a mark that turns the writing direction', '/srv/\u202Ea'],
    ['endless', `/${'a'.repeat(2000)}`],
  ])('is refused for a root that is %s', (_, root) => {
    const folder = makeTree(scratchFolder());
    expect(() => configOf(folder, { root })).toThrow(
      expect.objectContaining({
        code: 'registry-config-root',
        hint: expect.stringContaining('--root'),
      }),
    );
  });

  it.each(['', '/a', 'a/', 'a//b', 'A', 'a b', 'a"; }', 'a..b', '../a', '$a', 'a'.repeat(256)])(
    'is refused for the prefix "%s"',
    (prefix) => {
      const folder = makeTree(scratchFolder());
      expect(() => configOf(folder, { prefix })).toThrow(
        expect.objectContaining({ code: 'registry-config-prefix' }),
      );
    },
  );

  it('takes another prefix, of several parts', async () => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    const nginx = await startNginx([configOf(folder, { root: folder, prefix: 'vendor/store' })]);
    const source = digestsIn(join(folder, 'images/web/1'));
    expect(await pull(nginx, 'vendor/store/web:1')).toEqual(source);
  });

  it('needs a prefix where no registry accepts the id of the archive', async () => {
    const spec = { version: '1.0+{"; #$host', images: [{ name: 'web', tag: '1' }] };
    const folder = makeTree(scratchFolder(), spec);
    expect(() => configOf(folder)).toThrow(
      expect.objectContaining({
        code: 'registry-config-prefix',
        hint: expect.stringContaining('--prefix'),
      }),
    );
    // Nor does nginx accept the folder where MetalK8s would mount it.
    expect(() => configOf(folder, { prefix: 'store' })).toThrow(
      expect.objectContaining({ code: 'registry-config-root' }),
    );
    const nginx = await startNginx([configOf(folder, { prefix: 'store', root: folder })]);
    expect((await ask(nginx, '/v2/store/web/manifests/1')).status).toBe(200);
  });

  it('serves the longest address that nginx finds, and is refused for a longer one', async () => {
    const folder = makeTree(scratchFolder(), { images: [{ name: 'web', tag: '1' }] });
    // 255 without `/v2/`, `/web`, `/manifests/sha256:` and 64 digits.
    const prefix = 'p'.repeat(255 - 4 - 4 - 18 - 64);
    const nginx = await startNginx([configOf(folder, { root: folder, prefix })]);
    const digest = imagesOf(folder)[0]?.digest;
    expect((await ask(nginx, `/v2/${prefix}/web/manifests/${digest}`)).status).toBe(200);
    expect(() => configOf(folder, { prefix: `${prefix}p` })).toThrow(
      expect.objectContaining({
        code: 'registry-config-length',
        hint: expect.stringContaining('--prefix'),
      }),
    );
  });

  it('of an archive without images answers that there is no such name', async () => {
    const nginx = await serve(makeTree(scratchFolder(), { images: [] }));
    expect((await ask(nginx, '/v2/')).status).toBe(200);
    expect((await ask(nginx, '/v2/store-1.0.0/web/tags/list')).status).toBe(404);
  });
});
