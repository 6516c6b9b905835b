import type { Count, PushedImage, PushReport } from '../images/push.ts';
import { bytesText } from './bytes.ts';
import { table, toJson } from './terminal.ts';

const labels: Readonly<Record<PushedImage['status'], string>> = {
  pushed: 'pushed',
  present: 'already there',
  missing: 'would be pushed',
  failed: 'failed',
  pending: 'not pushed',
};

/** What a push did, as two tables. */
export function describePush({ images, blobs }: PushReport, isDryRun: boolean): string {
  const rows = images.map(({ image, status, replaced }) => [
    `${image.repository}:${image.tag}`,
    `${labels[status]}${replaced === undefined ? '' : ', over another'}`,
    image.digest,
  ]);
  const counted = (wanted: PushedImage['status']) =>
    String(images.filter(({ status }) => status === wanted).length);
  const open = images.some(({ status }) => status === 'pending');
  return [
    table([['IMAGE', 'RESULT', 'DIGEST'], ...rows]),
    table([
      ['', 'IMAGES', 'BLOBS', 'SIZE'],
      isDryRun
        ? ['would be pushed', counted('missing'), ...cells(blobs.sent)]
        : ['pushed', counted('pushed'), ...cells(blobs.sent)],
      ...rowsOfPresent(counted('present'), blobs.present),
      [isDryRun ? 'would be mounted' : 'mounted', '-', ...cells(blobs.mounted)],
      ['failed', counted('failed'), '-', '-'],
      ...(open ? [['not pushed', counted('pending'), '-', '-']] : []),
    ]),
  ].join('\n\n');
}

/** The blobs of an image whose tag is right are not looked up; those of the others are. */
function rowsOfPresent(images: string, found: Count): string[][] {
  if (images === '0') return [['already there', images, ...cells(found)]];
  return [
    ['already there', images, '-', '-'],
    ...(found.blobs === 0 ? [] : [['found, of others', '-', ...cells(found)]]),
  ];
}

function cells({ blobs, bytes }: Count): string[] {
  return [String(blobs), bytesText(bytes)];
}

interface Context {
  readonly to: string;
  readonly requests: number;
  readonly code: number;
}

/** The same for programs. */
export function jsonOfPush({ images, blobs }: PushReport, { to, requests, code }: Context) {
  return {
    to,
    exitCode: code,
    requests,
    blobs,
    images: images.map(({ image, status, replaced, errors }) => ({
      archive: image.archive,
      id: image.id,
      image: image.text,
      repository: image.repository,
      tag: image.tag,
      digest: image.digest,
      status,
      ...(replaced === undefined ? {} : { replaced }),
      ...(errors.length === 0 ? {} : { errors: errors.map(toJson) }),
    })),
  };
}
