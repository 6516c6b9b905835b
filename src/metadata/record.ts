import { hash } from 'node:crypto';
import * as z from 'zod';
import type { ImageRecord } from '../archive/images.ts';
import { UNCOMPILED } from '../config/parse.ts';
import { solutionsErrors, type Notice } from '../errors.ts';
import { printManifests } from '../kubernetes/print.ts';
import { readManifests } from '../kubernetes/read.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import type { CheckKind, SignedBy } from '../trust/verdict.ts';
import { mistake } from './mistake.ts';

/** The record of one archive: `metadata/<id>/archive.yaml`. */
export interface ArchiveRecord {
  /** `<name>-<version>`, and the name of the folder. */
  readonly id: string;
  /** As solutions.yaml has it. */
  readonly path: string;
  readonly kind: 'iso' | 'directory';
  /** In bytes; of a directory: of all files together. */
  readonly size: number;
  /** Hex; of a directory: over its sorted `<sha256>  <path>` lines. */
  readonly sha256: string;
  readonly volumeId?: string | undefined;
  readonly names?: 'rock-ridge' | 'joliet' | undefined;
  /** What was compared when the archive was extracted. */
  readonly verified: {
    readonly blobs: 'sha256';
    /** What vouched for the archive as a whole; absent where nothing did. */
    readonly archive?: readonly RecordedVerdict[] | undefined;
  };
  /** sha256 (hex) of each file beside archive.yaml, by its path. */
  readonly files: Readonly<Record<string, string>>;
  readonly images: readonly ImageRecord[];
  /** What only the archive shows and its kept files do not: a reviewer sees it in every run. */
  readonly notices?: readonly RecordedNotice[] | undefined;
}

/** A notice that does not depend on where the archive lies. */
export interface RecordedNotice extends Omit<Notice, 'place'> {
  /** What it is about, in the archive; absent where it is the archive itself. */
  readonly at?: string | undefined;
}

/** What vouched for an archive when it was extracted, and was right. */
export interface RecordedVerdict {
  readonly check: CheckKind;
  /** The name of the file beside the archive; absent for what was inside. */
  readonly file?: string | undefined;
  /** Of a signature. */
  readonly by?: SignedBy | undefined;
}

const API_VERSION = 'solutions.metalk8s.scality.com/v1alpha1';
/** The end of the file: a sum over all lines above, so that no edit goes unnoticed. */
const SUM = /^checksum: sha256:([0-9a-f]{64})\n$/u;
const SUM_LENGTH = 'checksum: sha256:\n'.length + 64;
/** 100,000 references to blobs in an archive stay below it. */
const MAX_RECORD = 16 << 20;
const HEADER = [
  '# Written by `solutions synth` from the archive that `path` names. It is committed; do not edit it:',
  '# a changed file is refused.',
  '',
].join('\n');

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/u);
const hex = z.string().regex(/^[0-9a-f]{64}$/u);
const size = z.int().min(0);

const facts = {
  mediaType: z.string(),
  kind: z.enum(['image', 'artifact']),
  artifactType: z.string().optional(),
  digest,
  size,
  config: digest.optional(),
  user: z.string().optional(),
  architecture: z.string().optional(),
  os: z.string().optional(),
  variant: z.string().optional(),
};

const imageSchema = z.strictObject({
  name: z.string(),
  tag: z.string(),
  ...facts,
  children: z.array(z.strictObject(facts)).optional(),
  contents: z
    .array(z.strictObject({ digest, mediaType: z.string(), title: z.string().optional() }))
    .optional(),
  blobs: z
    .record(digest, size)
    .transform((blobs) =>
      Object.entries(blobs).map(([name, length]) => ({ digest: name, size: length })),
    ),
});

const verdictSchema = z.strictObject({
  check: z.enum(['implanted-md5', 'sha256-file', 'signature']),
  file: z.string().optional(),
  by: z
    .strictObject({
      format: z.enum(['cosign', 'sigstore-bundle', 'minisign']),
      key: z.string(),
      fingerprint: digest,
    })
    .optional(),
});

const schema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SolutionArchive'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    path: z.string(),
    kind: z.enum(['iso', 'directory']),
    size,
    sha256: hex,
    volumeId: z.string().optional(),
    names: z.enum(['rock-ridge', 'joliet']).optional(),
    verified: z.strictObject({
      blobs: z.literal('sha256'),
      archive: z.array(verdictSchema).optional(),
    }),
    files: z.record(z.string(), hex),
    images: z.array(imageSchema),
    notices: z
      .array(
        z.strictObject({
          code: z.string(),
          message: z.string(),
          hint: z.string().optional(),
          at: z.string().optional(),
        }),
      )
      .optional(),
  }),
  checksum: digest,
});

const pathSchema = z.looseObject({ spec: z.looseObject({ path: z.string() }) });

/** The text of `archive.yaml`: the same record gives the same bytes. */
export function printRecord(record: ArchiveRecord): string {
  const { id, files, images, notices, ...rest } = record;
  const { path, kind, sha256, volumeId, names, verified } = rest;
  const body = printManifests([
    {
      apiVersion: API_VERSION,
      kind: 'SolutionArchive',
      metadata: { name: id },
      spec: {
        ...present({ path, kind, size: rest.size, sha256, volumeId, names }),
        verified: printedVerified(verified),
        files,
        images: images.map(printedImage),
        ...(notices && { notices: notices.map(printedNotice) }),
      },
    },
  ]);
  const text = `${HEADER}${body}`;
  return `${text}checksum: sha256:${sumOf(text)}\n`;
}

function printedVerified({ blobs, archive }: ArchiveRecord['verified']): JsonObject {
  if (archive === undefined) return { blobs };
  return {
    blobs,
    archive: archive.map(({ check, file, by }) => ({
      ...present({ check, file }),
      ...(by && { by: { ...by } }),
    })),
  };
}

/** One line a blob: digest and size. */
function printedImage({ name, tag, blobs, children, contents, ...rest }: ImageRecord): JsonObject {
  return {
    ...present({ name, tag, ...rest }),
    ...(children && { children: children.map((child) => present({ ...child })) }),
    ...(contents && { contents: contents.map((content) => present({ ...content })) }),
    blobs: Object.fromEntries(blobs.map((blob) => [blob.digest, blob.size])),
  };
}

function printedNotice({ code, message, hint, at }: RecordedNotice): JsonObject {
  return present({ code, message, hint, at });
}

/** Without what is not there. */
function present(values: Readonly<Record<string, string | number | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/**
 * The record in the bytes of an `archive.yaml`.
 *
 * @param file - its name in places
 * @throws SolutionsError `record-edited` where it is not as it was written, `record-format` where
 *   another version of this program wrote it
 */
export function parseRecord(bytes: Uint8Array, file: string): ArchiveRecord {
  const text = Buffer.from(bytes).toString('utf8');
  const end = text.length - SUM_LENGTH;
  const [, sum] = SUM.exec(text.slice(Math.max(0, end))) ?? [];
  if (sum === undefined || bytes.length > MAX_RECORD || sum !== sumOf(text.slice(0, end))) {
    throw mistake('record-edited', 'the record is not as it was written: its checksum differs', {
      place: { file },
      hint: editedHint(text, file),
    });
  }
  const [document] = readManifests(bytes, file, MAX_RECORD);
  const result = schema.safeParse(document?.value, UNCOMPILED);
  if (!result.success) {
    throw mistake('record-format', 'another version of this program wrote the record', {
      place: { file },
      hint: `remove the folder ${folderOf(file)} and run \`synth\` where the archive is at hand`,
      cause: result.error,
    });
  }
  const { metadata, spec } = result.data;
  return { id: metadata.name, ...spec };
}

/** The path of the archive in an `archive.yaml` that was edited, where it can still be read. */
export function pathIn(bytes: Uint8Array): string | undefined {
  try {
    const [document] = readManifests(bytes, 'archive.yaml', MAX_RECORD);
    return pathSchema.safeParse(document?.value).data?.spec.path;
  } catch (error) {
    solutionsErrors(error);
    return undefined;
  }
}

/** What to do about a record whose files are not as they were written. */
export function editedHint(text: string, file: string): string {
  if (text.includes('\r\n'))
    return 'its line ends were converted: keep `metadata/** -text` in .gitattributes and check it out again';
  if (/^(?:<{7}|>{7}) /mu.test(text))
    return `it holds merge-conflict markers: take one side with \`git checkout --theirs ${folderOf(file)}\``;
  return `\`git checkout ${folderOf(file)}\` brings it back; or remove the folder and run \`synth\` where the archive is at hand`;
}

function folderOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

function sumOf(text: string): string {
  return hash('sha256', text, 'hex');
}
