import type { Layout } from './layout.ts';

/** Of an image as a whole. */
export interface Volume {
  readonly id: string;
  /** Of everything in it, in seconds since 1970. */
  readonly date: number;
}

/** In the root, as genisoimage calls it: a folder for what is below the eighth level. */
const RELOCATED = 'rr_moved';

/**
 * The commands with which xorriso makes the image of a layout: ISO 9660 level 3 with Rock Ridge and
 * Joliet (the guidelines of MetalK8s, docs/developer/solutions/archive.rst), and nothing in it that
 * comes from a clock, a locale, an inode, or from who runs it.
 */
export function imageScript({ folders, files }: Layout, { id, date }: Volume): string {
  const executables = files.filter(({ isExecutable }) => isExecutable);
  const lines = [
    '-charset utf-8',
    // What names are converted from; by default what the locale says.
    '-local_charset utf-8',
    // The folder for deep ones would be made now.
    `-iso_nowtime =${date}`,
    `-volid ${word(id)}`,
    '-joliet on',
    `-compliance ${COMPLIANCE.join(':')}`,
    `-rr_reloc_dir ${RELOCATED}`,
    ...folders.map((path) => `-mkdir ${isoPath(path)} --`),
    ...files.map(({ path, source }) => `-map ${word(source)} ${isoPath(path)}`),
    '-chown_r 0 / --',
    '-chgrp_r 0 / --',
    '-find / -type d -exec chmod 0755 --',
    '-find / -type f -exec chmod 0644 --',
    ...executables.map(({ path }) => `-find ${isoPath(path)} -exec chmod 0755 --`),
    // The order of their data; by default xorriso's own affair.
    ...files.map(
      ({ path }, index) => `-find ${isoPath(path)} -exec sort_weight ${files.length - index} --`,
    ),
    `-volume_date uuid ${digits(date)}`,
    `-volume_date all_file_dates =${date}`,
    '-commit',
    '-end',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const COMPLIANCE = [
  // Level 1 to 3 allow no more than 8 levels of folders and paths of 255 characters.
  'clear',
  'iso_9660_level=3',
  'only_iso_version',
  'joliet_long_names',
  'joliet_long_paths',
  'no_j_force_dots',
  'always_gmt',
  'old_rr',
];

function isoPath(path: string): string {
  return word(`/${path}`);
}

/** A word in quotes. A line feed would end the command: no name of a tree that was opened has one. */
function word(text: string): string {
  if (/[\0\r\n]/u.test(text)) throw new Error(`no word of a script: ${JSON.stringify(text)}`);
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** `YYYYMMDDhhmmsscc`, as the volume descriptor has dates (ECMA-119 8.4.26.1). */
function digits(date: number): string {
  return `${new Date(date * 1000)
    .toISOString()
    .replaceAll(/[^0-9]/gu, '')
    .slice(0, 14)}00`;
}
