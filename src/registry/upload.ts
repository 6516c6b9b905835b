import type { Body } from './exchange.ts';
import { again, RegistryError } from './failure.ts';
import { locationFrom } from './location.ts';
import type { Call, Destination } from './session.ts';

/** A blob to send: what it must be, and its bytes. */
export interface BlobToSend {
  readonly digest: string;
  /** Its bytes; a body whose content has another digest throws before its last chunk. */
  readonly body: Body;
  /** `layer 2 of 5 (12.0 MiB)` */
  readonly label: string;
}

/** How a blob came to be in a repository. */
export type Arrival = 'sent' | 'mounted' | 'present';

/**
 * Whether the repository holds the blob.
 *
 * @throws RegistryError
 */
export async function hasBlob(
  { session, repository }: Destination,
  { digest, label }: Pick<BlobToSend, 'digest' | 'label'>,
): Promise<boolean> {
  const answer = await session.call({
    method: 'HEAD',
    repository,
    path: `blobs/${digest}`,
    action: `looking up the ${label}`,
    expected: [200, 404],
  });
  return answer.status === 200;
}

/**
 * Sends a blob that the repository may already hold.
 *
 * @throws RegistryError; what the body throws
 */
export async function sendBlob(to: Destination, blob: BlobToSend): Promise<Arrival> {
  if (await hasBlob(to, blob)) return 'present';
  await upload(to, blob);
  return 'sent';
}

/**
 * Takes a blob over from another repository of the registry; where that fails, sends it.
 *
 * @param source - the repository that may hold it
 * @param isSure - whether it does: then a refused mount needs no look-up of what an earlier run
 *   left
 * @throws RegistryError; what the body throws
 */
export async function mountBlob(
  to: Destination,
  blob: BlobToSend,
  { source, isSure }: { readonly source: string; readonly isSure: boolean },
): Promise<Arrival> {
  const { session, repository } = to;
  const mounted = await tryMount(to, blob, source);
  if (mounted === true) return 'mounted';
  if (!isSure && (await hasBlob({ session, repository }, blob))) return 'present';
  await upload(to, blob, mounted);
  return 'sent';
}

/** Of a registry that is busy: a mount spares more than a moment. */
const BUSY = new Set([429, 503]);

/**
 * True, or the upload that the registry opened instead, or undefined after any refusal. There are
 * registries that answer every mount with a 500: only a busy one is asked again.
 */
async function tryMount(
  { session, repository }: Destination,
  { digest, label }: BlobToSend,
  source: string,
): Promise<true | URL | undefined> {
  const query = new URLSearchParams({ mount: digest, from: source });
  const call: Call = {
    method: 'POST',
    repository,
    path: `blobs/uploads/?${query.toString()}`,
    source,
    action: `mounting the ${label}`,
    expected: [201, 202],
  };
  try {
    const answer = await session.callOnce(call).catch((error: unknown) => {
      const isBusy = error instanceof RegistryError && BUSY.has(error.status ?? 503);
      if (isBusy) return session.call(call);
      throw error;
    });
    return answer.status === 201 ? true : locationOf(answer.headers.location, answer.url);
  } catch (error) {
    if (error instanceof RegistryError && error.status !== undefined) return undefined;
    throw error;
  }
}

/**
 * One request opens an upload, one sends everything. A broken upload cannot be resumed on
 * docker-registry 2.8 or 3.x: every attempt opens its own.
 */
async function upload(to: Destination, blob: BlobToSend, opened?: URL): Promise<void> {
  let location = opened;
  // Why a server cut the connection is in an answer that may have been lost with it: next time it
  // is asked before everything is sent.
  let isAnnounced = false;
  await to.session.retrying(async () => {
    const url = location ?? (await openUpload(to, blob));
    location = undefined;
    const body = { ...blob.body, isAnnounced, isStream: true };
    isAnnounced = true;
    await finishUpload(to, { ...blob, body }, url).catch((error: unknown) => {
      if (!isUnexpecting(error)) throw error;
      isAnnounced = false;
      throw again(error);
    });
  });
}

/** RFC 9110, 15.5.18: somebody on the way takes no announcement, and the request without it. */
function isUnexpecting(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.status === 417;
}

async function openUpload({ session, repository }: Destination, blob: BlobToSend): Promise<URL> {
  const answer = await session.callOnce({
    method: 'POST',
    repository,
    path: 'blobs/uploads/',
    // Some proxies refuse a POST without a length.
    headers: { 'content-length': '0' },
    action: `opening an upload for the ${blob.label}`,
    expected: [202],
  });
  return locationOf(answer.headers.location, answer.url);
}

async function finishUpload(
  { session, repository }: Destination,
  { digest, body, label }: BlobToSend,
  location: URL,
): Promise<void> {
  const path = new URL(location);
  // The query is the registry's: as text, since `searchParams` would write it anew.
  path.search += `${path.search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`;
  try {
    await session.callOnce({
      method: 'PUT',
      repository,
      path,
      headers: { 'content-type': 'application/octet-stream' },
      body,
      action: `sending the ${label}`,
      expected: [201, 204],
    });
  } catch (error) {
    throw isLostUpload(error) ? again(error) : error;
  }
}

/**
 * The bytes were hashed on their way out, so a wrong digest is the wire's; and an upload that the
 * registry forgot (several of its Pods, a restart) is not an image that it refuses.
 */
function isLostUpload(error: unknown): error is RegistryError {
  if (!(error instanceof RegistryError) || error.code !== 'registry-refused') return false;
  return /\b(?:DIGEST_INVALID|SIZE_INVALID|BLOB_UPLOAD_UNKNOWN|BLOB_UPLOAD_INVALID)\b/u.test(
    error.message,
  );
}

function locationOf(header: string | undefined, base: URL): URL {
  const url = locationFrom(header, base);
  if (url) return url;
  throw new RegistryError(
    'registry-protocol',
    'the registry opened an upload without saying where',
    {
      hint: 'is the address that of a registry?',
    },
  );
}
