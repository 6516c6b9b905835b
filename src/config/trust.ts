import * as z from 'zod';
import type { Place } from '../errors.ts';
import { dnsLabel, path, refuseRepeated } from './fields.ts';

/** Each key is one more pass of arithmetic over the archives that it may have signed. */
const MAX_KEYS = 16;

/** `spec.trust` of platform.yaml, as people write it. */
export const trustSchema = z
  .strictObject({
    policy: z
      .enum(['required', 'when-present', 'off'])
      .optional()
      .describe(
        'required: an archive that no key has signed is not imported; when-present (default): a signature beside an archive must be right; off: none is looked at',
      ),
    keys: z
      .array(
        z.strictObject({
          name: dnsLabel.describe('What the records and messages call it'),
          file: path.describe('A public key, PEM or minisign.pub; relative to this file'),
        }),
      )
      .max(MAX_KEYS)
      .superRefine(refuseRepeated(({ name }: { name: string }) => name, ['name']))
      .nullish()
      .describe('Whose signatures count'),
    trustedRoot: path
      .optional()
      .describe(
        'A Sigstore trusted_root.json: entries of a transparency log in bundles must be of its logs',
      ),
  })
  .superRefine(({ policy, keys }, context) => {
    if (policy !== 'required' || (keys ?? []).length > 0) return;
    context.addIssue({
      code: 'custom',
      path: ['policy'],
      message: 'is `required`, and there are no keys: nothing could ever be imported',
      params: { hint: 'add the vendor’s public key under `keys`' },
    });
  });

/** A file that platform.yaml names, and where it does. */
interface NamedFile {
  /** As written: absolute, or relative to the folder of platform.yaml. */
  readonly file: string;
  readonly place: Place;
}

/** A public key that platform.yaml names. */
export interface KeyFile extends NamedFile {
  readonly name: string;
}

/** Whose signatures count, and what becomes of an archive without one. */
export interface Trust {
  readonly policy: 'required' | 'when-present' | 'off';
  readonly keys: readonly KeyFile[];
  readonly trustedRoot: NamedFile | undefined;
}

/** What `spec.trust` of platform.yaml says; `placeOf` knows where things stand in it. */
export function toTrust(
  fields: z.output<typeof trustSchema> | null | undefined,
  placeOf: (...path: (string | number)[]) => Place,
): Trust {
  const root = fields?.trustedRoot;
  return {
    policy: fields?.policy ?? 'when-present',
    keys: (fields?.keys ?? []).map(({ name, file }, index) => ({
      name,
      file,
      place: placeOf('keys', index, 'file'),
    })),
    trustedRoot: root === undefined ? undefined : { file: root, place: placeOf('trustedRoot') },
  };
}
