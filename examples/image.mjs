import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tar } from './tar.mjs';

/**
 * @typedef {{ mediaType: string, digest: string, size: number }} Descriptor
 * @typedef {{ config: string, layer: string, manifest: string }} MediaTypes
 * @typedef {{ bytes: Buffer, diffId: string }} Layer
 * @typedef {{ architecture: string, user: string, description: string, layers: readonly Layer[] }} ImageSpec
 */

export const SCHEMA_2 = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

export const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * A gzip-compressed tar layer.
 *
 * @param {Readonly<Record<string, string>>} files text by path
 * @returns {Layer}
 */
export function layer(files) {
  const archive = tar(files);
  const bytes = gzipSync(archive, { level: 9 });
  // Byte 9 names the operating system that compressed (RFC 1952, 2.3.1): 255 is "unknown".
  bytes[9] = 255;
  return { bytes, diffId: `sha256:${sha256(archive)}` };
}

/**
 * One image folder in skopeo's `dir:` layout. Blobs that `pool` has are hard-linked, as
 * `hardlink -c images` leaves them in a vendor's build.
 */
export class ImageFolder {
  #folder;
  #pool;

  /**
   * @param {string} folder
   * @param {Map<string, string>} pool path by sha256, shared by the images of an archive
   */
  constructor(folder, pool) {
    this.#folder = folder;
    this.#pool = pool;
    mkdirSync(folder, { recursive: true });
    this.#put('version', Buffer.from('Directory Transport Version: 1.1\n'));
  }

  /**
   * A single-platform image. `named: false` leaves `mediaType` out of an OCI manifest, where it is
   * optional (image-spec 1.0, manifest.md) and was left out by the builders of its day.
   *
   * @param {ImageSpec} spec
   * @param {MediaTypes} types
   * @param {{ named: boolean }} options
   */
  writeImage(spec, types, { named }) {
    this.#put('manifest.json', this.#imageManifest(spec, types, named));
  }

  /**
   * An OCI index with one child manifest an architecture, `<sha256 hex>.manifest.json` each.
   *
   * @param {readonly ImageSpec[]} specs
   */
  writeIndex(specs) {
    const manifests = specs.map((spec) => {
      const bytes = this.#imageManifest(spec, OCI, true);
      this.#put(`${sha256(bytes)}.manifest.json`, bytes);
      const platform = { architecture: spec.architecture, os: 'linux' };
      return { ...descriptor(OCI.manifest, bytes), platform };
    });
    this.#put('manifest.json', json({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
  }

  /**
   * An OCI artifact: files that are no file system, each named by its layer's title.
   *
   * @param {readonly { title: string, mediaType: string, bytes: Buffer }[]} files
   */
  writeArtifact(files) {
    const layers = files.map(({ title, mediaType, bytes }) => ({
      ...this.#putBlob(mediaType, bytes),
      annotations: { 'org.opencontainers.image.title': title },
    }));
    const config = this.#putBlob('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
    const manifest = { schemaVersion: 2, mediaType: OCI.manifest, config, layers };
    this.#put('manifest.json', json(manifest));
  }

  /**
   * @param {ImageSpec} spec
   * @param {MediaTypes} types
   * @param {boolean} named
   */
  #imageManifest(spec, types, named) {
    const config = this.#putBlob(types.config, json(imageConfig(spec)));
    const layers = spec.layers.map(({ bytes }) => this.#putBlob(types.layer, bytes));
    const mediaType = named ? { mediaType: types.manifest } : {};
    return json({ schemaVersion: 2, ...mediaType, config, layers });
  }

  /**
   * @param {string} mediaType
   * @param {Buffer} bytes
   */
  #putBlob(mediaType, bytes) {
    this.#put(sha256(bytes), bytes);
    return descriptor(mediaType, bytes);
  }

  /**
   * @param {string} name
   * @param {Buffer} bytes
   */
  #put(name, bytes) {
    const path = join(this.#folder, name);
    if (existsSync(path)) return;
    const digest = sha256(bytes);
    const twin = this.#pool.get(digest);
    if (twin) linkSync(twin, path);
    else writeFileSync(path, bytes);
    this.#pool.set(digest, path);
  }
}

/** @param {ImageSpec} spec */
function imageConfig({ architecture, user, description, layers }) {
  const created = '1970-01-01T00:00:00Z';
  return {
    architecture,
    os: 'linux',
    created,
    config: {
      ...(user === '' ? {} : { User: user }),
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Labels: { 'org.opencontainers.image.description': description },
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created, created_by: 'examples/make.mjs' })),
  };
}

/**
 * @param {string} mediaType
 * @param {Buffer} bytes
 * @returns {Descriptor}
 */
function descriptor(mediaType, bytes) {
  return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
}

/** @param {unknown} value */
function json(value) {
  return Buffer.from(JSON.stringify(value, undefined, 2));
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
