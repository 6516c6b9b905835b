import { createHash } from 'node:crypto';
import { bodyOf, type Answer } from './exchange.ts';
import { again, RegistryError } from './failure.ts';
import type { Call, Destination } from './session.ts';

/** A manifest as it is stored. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The distribution specification asks registries for 4 MiB at least; none takes much more. */
const MAX_MANIFEST = (4 << 20) + 1;

const ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/**
 * The digest of a manifest that is there, or undefined.
 *
 * @param reference - a tag or a digest
 * @throws RegistryError
 */
export async function headManifest(
  at: Destination,
  reference: string,
): Promise<string | undefined> {
  const answer = await at.session.call({
    method: 'HEAD',
    repository: at.repository,
    path: `manifests/${reference}`,
    headers: { accept: ACCEPT },
    action: 'looking the image up',
    expected: [200, 404],
  });
  if (answer.status === 404) return undefined;
  // The header is optional; the content always tells.
  return digestHeader(answer) ?? (await getManifest(at, reference))?.digest;
}

/**
 * A manifest that is there, its digest that of the bytes; or undefined.
 *
 * @param reference - a tag or a digest
 * @throws RegistryError
 */
export async function getManifest(
  { session, repository }: Destination,
  reference: string,
): Promise<Manifest | undefined> {
  const answer = await session.call({
    method: 'GET',
    repository,
    path: `manifests/${reference}`,
    headers: { accept: ACCEPT },
    limit: MAX_MANIFEST,
    action: 'reading the image back',
    expected: [200, 404],
  });
  if (answer.status === 404) return undefined;
  return {
    digest: `sha256:${createHash('sha256').update(answer.body).digest('hex')}`,
    mediaType: answer.headers['content-type'] ?? '',
    bytes: answer.body,
  };
}

/**
 * Stores a manifest under a tag or its digest, byte for byte. All that it names must be there.
 *
 * @throws RegistryError; `registry-protocol` where the registry says another digest
 */
export async function putManifest(
  to: Destination,
  reference: string,
  manifest: Manifest,
): Promise<void> {
  const { session, repository } = to;
  const call: Call = {
    method: 'PUT',
    repository,
    path: `manifests/${reference}`,
    headers: { 'content-type': manifest.mediaType },
    body: bodyOf(manifest.bytes),
    action: 'sending the manifest',
    expected: [200, 201, 202],
  };
  const answer = await session.retrying(() =>
    session.callOnce(call).catch((error: unknown) => {
      throw isUnseen(error) ? again(error) : error;
    }),
  );
  // The header is optional; whatever answers everything with 200 is no registry.
  const stored = digestHeader(answer) ?? (await getManifest(to, manifest.digest))?.digest;
  if (stored === manifest.digest) return;
  throw new RegistryError(
    'registry-protocol',
    `the registry stored the manifest ${manifest.digest} as ${stored ?? 'nothing'}`,
    { hint: 'is something between here and the registry changing what is sent?' },
  );
}

/**
 * Blobs that were stored a moment ago and are not seen: docker-registry empties the link to a blob
 * before it writes it again, for another push of the same image, and others store with a delay.
 */
function isUnseen(error: unknown): error is RegistryError {
  return (
    error instanceof RegistryError &&
    error.code === 'registry-refused' &&
    /\bMANIFEST_BLOB_UNKNOWN\b/u.test(error.message)
  );
}

/**
 * Deletes a manifest with all tags of it; false where it was not there any more.
 *
 * @throws RegistryError
 */
export async function deleteManifest(
  { session, repository }: Destination,
  digest: string,
): Promise<boolean> {
  try {
    const answer = await session.call({
      method: 'DELETE',
      repository,
      path: `manifests/${digest}`,
      // `delete` alone is unknown to some token servers; this is what skopeo asks for.
      actions: '*',
      action: 'deleting the manifest',
      expected: [200, 202, 204, 404],
    });
    return answer.status !== 404;
  } catch (error) {
    throw error instanceof RegistryError && isUnsupported(error) ? withoutDeletion(error) : error;
  }
}

/** docker-registry answers 405; others may say it in words alone (code `UNSUPPORTED`). */
function isUnsupported({ status, message }: RegistryError): boolean {
  return status === 405 || (status === 400 && message.includes('UNSUPPORTED'));
}

function withoutDeletion({ code, message, status }: RegistryError): RegistryError {
  return new RegistryError(code, message, {
    status,
    hint:
      'the registry must allow it: docker-registry with `storage.delete.enabled: true` in its configuration ' +
      '(or REGISTRY_STORAGE_DELETE_ENABLED=true), and not while it is read-only; others have a setting or a right of their own',
  });
}

function digestHeader({ headers }: Answer): string | undefined {
  const digest = headers['docker-content-digest'];
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/u.test(digest) ? digest : undefined;
}
