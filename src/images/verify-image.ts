import { quoted } from '../archive/mistake.ts';
import { getManifest } from '../registry/manifests.ts';
import type { RegistrySession } from '../registry/session.ts';
import { mistake } from './mistake.ts';
import type { Consignment } from './shipment.ts';

/**
 * Reads every manifest of an image back and compares its bytes with those of the archive.
 *
 * @throws SolutionsError `push-verify`; RegistryError
 */
export async function verifyImage(session: RegistrySession, image: Consignment): Promise<void> {
  const { repository, tag, manifests, digest, text, archive } = image;
  for (const manifest of manifests) {
    const reference = manifest.digest === digest ? tag : manifest.digest;
    const found = await getManifest({ session, repository }, reference);
    if (found?.digest === manifest.digest) continue;
    throw mistake(
      'push-verify',
      `image ${quoted(text)}: ${repository}:${reference} is ${found?.digest ?? 'not there'}, the archive has ${manifest.digest}`,
      {
        place: { file: archive },
        hint: 'did somebody else push to the same tag at the same time?',
      },
    );
  }
}
