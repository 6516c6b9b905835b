import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INDEX_OR_MANIFEST = /^(?:manifest\.json|[0-9a-f]{64}\.manifest\.json)$/u;
const BLOB = /^[0-9a-f]{64}$/u;

/**
 * The nginx locations through which MetalK8s' own registry serves the images below `images`, as a
 * template in which MetalK8s fills in the repository and the folder where the archive is mounted.
 *
 * @param {string} images the folder `<name>/<tag>/...`
 * @returns {string}
 */
export function registryConfig(images) {
  const names = readdirSync(images).toSorted();
  const locations = names.flatMap((name) =>
    readdirSync(join(images, name))
      .toSorted()
      .flatMap((tag) => imageLocations(images, { name, tag })),
  );
  // Tags of one name share manifests and blobs: nginx refuses a location that is there twice.
  const byAddress = new Map(locations.map((location) => [location.address, location]));
  return [...byAddress.values()].map(locationText).join('');
}

/**
 * @param {string} images
 * @param {{ name: string, tag: string }} image
 */
function imageLocations(images, { name, tag }) {
  const files = readdirSync(join(images, name, tag)).toSorted();
  return files.flatMap((file) => {
    const path = `${name}/${tag}/${file}`;
    if (BLOB.test(file)) {
      const digest = `sha256:${file}`;
      const address = `${name}/blobs/${digest}`;
      return [{ address, path, digest, type: 'application/octet-stream' }];
    }
    if (!INDEX_OR_MANIFEST.test(file)) return [];
    const bytes = readFileSync(join(images, path));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    /** @type {{ mediaType?: string }} */
    const { mediaType } = JSON.parse(bytes.toString());
    const type = mediaType ?? 'application/vnd.oci.image.manifest.v1+json';
    const references = file === 'manifest.json' ? [tag, digest] : [digest];
    return references.map((reference) => ({
      address: `${name}/manifests/${reference}`,
      path,
      digest,
      type,
    }));
  });
}

/** @param {{ address: string, path: string, digest: string, type: string }} location */
function locationText({ address, path, digest, type }) {
  return [
    `location = "/v2/{{ repository }}/${address}" {`,
    `  alias "{{ registry_root }}/${path}";`,
    '  types { }',
    `  default_type "${type}";`,
    `  add_header "Docker-Content-Digest" "${digest}";`,
    '}',
    '',
  ].join('\n');
}
