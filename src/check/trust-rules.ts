import type { RuleText } from './rule.ts';

/** What vouches for the archive as a whole, and lies in it or beside it. */
export const trustRules = {
  'md5-wrong': {
    level: 'error',
    title: 'the image does not have the MD5 that is implanted in it',
    why: 'implantisomd5 was run on other bytes: the image was damaged, or changed afterwards.',
    mend: 'Copy the image again; a vendor runs implantisomd5 last, before sums and signatures are made.',
  },
  'sums-wrong': {
    level: 'error',
    title: 'a file of sums beside the archive lists another sha256, or cannot be read',
    why: 'SHA256SUM, SHA256SUMS and <archive>.sha256 are what administrators compare with before they import.',
    mend: 'Get both again; a vendor makes the sums of what is shipped.',
  },
  'signature-wrong': {
    level: 'error',
    title: 'a signature beside the archive is not right',
    why: 'Somebody else signed it, or the archive was changed: nobody can tell these two apart.',
    mend: 'Get the archive and its signature again, and the public key from a place that you trust.',
  },
  'signature-missing': {
    level: 'error',
    title: 'the archive has no signature, and platform.yaml requires one',
    why: 'With `policy: required` an archive that no key has signed is not imported.',
    mend: 'Put the signature beside the archive: <archive>.sig, .sigstore.json or .minisig.',
  },
  'trust-unchecked': {
    level: 'note',
    title: 'something vouches for the archive, and nobody looked whether it is right',
    why: 'Sums and signatures are over all bytes of an archive; a signature needs a public key besides.',
    mend: 'Run it with `--deep`, where platform.yaml has the keys.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
