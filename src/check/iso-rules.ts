import type { RuleText } from './rule.ts';

const AGAIN = 'Copy or download it again and compare its checksum with that of the vendor.';
const REMAKE =
  'Make the image anew: `mkisofs -rock -joliet -joliet-long -full-iso9660-filenames -iso-level 3 -uid 0 -gid 0`.';

/** The image: ISO 9660 (ECMA-119), SUSP, Rock Ridge (RRIP), Joliet, and how the format wants them. */
export const isoRules = {
  'iso-not-an-image': {
    level: 'error',
    title: 'the file is no ISO 9660 image',
    why: 'It has no primary volume descriptor at byte 32768 (ECMA-119 8.4).',
    mend: 'Name the .iso file itself; unpack what is compressed.',
  },
  'iso-truncated': {
    level: 'error',
    title: 'the image is cut off',
    why: 'The file is shorter than the volume that its descriptor claims (ECMA-119 8.4.8).',
    mend: AGAIN,
  },
  'iso-corrupt': {
    level: 'error',
    title: 'a length, a number or a record contradicts the standard or its own copy',
    why: 'Records and System Use entries lie one behind the other, and numbers are recorded twice (ECMA-119 7.3.3, 9.1; SUSP 4.1): where they disagree, bytes were changed or lost.',
    mend: AGAIN,
  },
  'iso-unsupported': {
    level: 'error',
    title: 'the image uses what no archive needs',
    why: 'Interleaved, compressed or sparse files, sets of several volumes and other block sizes are refused.',
    mend: REMAKE,
  },
  'iso-extent': {
    level: 'error',
    title: 'a file, a directory or a continuation area lies beyond the end of the image',
    why: 'Its content is not there.',
    mend: AGAIN,
  },
  'iso-loop': {
    level: 'error',
    title: 'one directory is reached twice',
    why: 'Such a tree may have no end; no writer makes one.',
    mend: REMAKE,
  },
  'iso-too-large': {
    level: 'error',
    title: 'the image has more entries, levels or directories than any archive',
    why: 'What is read is bounded, so that no image stops whoever reads it.',
    mend: 'Look whether it is the right image.',
  },
  'iso-duplicate-name': {
    level: 'error',
    title: 'two entries of a directory have one name',
    why: 'Each reader takes another of the two.',
    mend: REMAKE,
  },
  'iso-limited-size': {
    level: 'error',
    title: 'sizes of files were stored modulo 4 GiB',
    why: 'The writer cut what did not fit into 32 bits; the rest of the file cannot be found.',
    mend: 'Make the image with `-iso-level 3`, by genisoimage or xorriso of this decade.',
  },
  'iso-plain-names': {
    level: 'error',
    title: 'the image has neither Rock Ridge nor Joliet names',
    why: 'Plain ISO 9660 names are cut and in capitals: tags and digests are lost.',
    mend: REMAKE,
  },
  'iso-cut-names': {
    level: 'error',
    title: 'Joliet names without Rock Ridge are cut',
    why: 'Joliet has at most 103 characters; a CRD whose name was cut is no `*_crd.yaml` any more.',
    mend: REMAKE,
  },
  'iso-rock-ridge': {
    level: 'warning',
    title: 'the image has no Rock Ridge names',
    why: 'Only Rock Ridge has all names, and links and modes beside them; this image is read by its Joliet names.',
    mend: REMAKE,
  },
  'iso-joliet': {
    level: 'warning',
    title: 'the image has no Joliet names',
    why: 'The format asks for both: a reader without Rock Ridge sees `MANIFEST.YAML;1`.',
    mend: REMAKE,
  },
  'iso-joliet-corrupt': {
    level: 'error',
    title: 'the Joliet tree cannot be read',
    why: 'Readers that prefer Joliet, on Windows for example, fail where others do not; the bytes may be damaged.',
    mend: AGAIN,
  },
  'iso-trees-differ': {
    level: 'error',
    title: 'Rock Ridge and Joliet show different files',
    why: 'What was checked through one tree is not what somebody reads through the other.',
    mend: REMAKE,
  },
  'iso-endian': {
    level: 'warning',
    title: 'numbers are recorded in one byte order only',
    why: 'Each number is recorded little- and big-endian (ECMA-119 7.2.3, 7.3.3); readers that compare them refuse the image.',
    mend: 'Make the image by genisoimage or xorriso.',
  },
  'iso-terminator': {
    level: 'warning',
    title: 'the volume descriptors have no terminator',
    why: 'The set ends with a descriptor of type 255 (ECMA-119 8.3).',
    mend: AGAIN,
  },
  'iso-volume-id': {
    level: 'warning',
    title: 'the volume id holds control characters',
    why: 'It is shown by file managers and terminals.',
    mend: 'Name the volume `<Product> <version>`: `mkisofs -volid`.',
  },
  'iso-volume-name': {
    level: 'warning',
    title: 'the volume id is not `<Product> <version>`',
    why: 'It is what people see of a mounted image: the display name and the version, cut at 32 bytes.',
    mend: 'Name the volume so: `mkisofs -volid "<Product> <version>"`.',
  },
  'iso-level': {
    level: 'warning',
    title: 'the image is beyond ISO 9660 level 3',
    why: 'Names over 31 characters, an enhanced volume descriptor (ISO 9660:1999) or more than 8 levels of directories (ECMA-119 6.8.2.1, 7.5.1) are not read everywhere.',
    mend: 'Make the image with `-iso-level 3` and without `-max-iso9660-filenames` and `-D`.',
  },
  'iso-owner': {
    level: 'warning',
    title: 'files belong to somebody else than root',
    why: 'A number of a build machine means somebody else wherever the image is mounted, and tells who built it.',
    mend: 'Make the image with `-uid 0 -gid 0`.',
  },
  'iso-relocated': {
    level: 'note',
    title: 'deep directories were moved',
    why: 'ISO 9660 has 8 levels; Rock Ridge puts deeper ones elsewhere and says where they belong (RRIP 4.1.5). Readers without it see them there.',
    mend: 'Nothing, unless such readers matter: keep paths below 8 levels then.',
  },
  'iso-hidden': {
    level: 'warning',
    title: 'there are hidden or associated files',
    why: 'One reader shows them, the next does not (ECMA-119 9.1.6); associated files are left out here.',
    mend: 'Make the image without `-hidden` and without Apple extensions.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
