import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseRecord, printRecord, type ArchiveRecord } from '../../src/metadata/record.ts';

const hex = 'ab'.repeat(32);
const facts = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  kind: 'image',
  digest: `sha256:${hex}`,
  size: 500,
} as const;

const record: ArchiveRecord = {
  id: 'store-1.10',
  path: '../ISO images/störe "1.10".iso',
  kind: 'iso',
  size: 4_294_967_296,
  sha256: hex,
  volumeId: 'Yes',
  names: 'rock-ridge',
  verified: { blobs: 'sha256' },
  files: { 'manifest.yaml': hex, 'operator/deploy/role.yaml': '1'.repeat(64) },
  images: [
    {
      name: 'web',
      tag: '1.10',
      ...facts,
      user: '0755',
      architecture: 'amd64',
      os: 'linux',
      blobs: [{ digest: `sha256:${hex}`, size: 3 }],
    },
    { name: 'on', tag: 'null', ...facts, children: [{ ...facts, variant: '1e3' }], blobs: [] },
    {
      name: 'boards',
      tag: '2024-01-01',
      ...facts,
      kind: 'artifact',
      artifactType: '~',
      contents: [{ digest: `sha256:${hex}`, mediaType: 'application/json', title: 'a: b #c' }],
      blobs: [],
    },
  ],
  notices: [
    { code: 'iso-terminator', message: 'no: terminator', hint: '#' },
    { code: 'image-place', message: '"a"', at: 'images' },
  ],
};

test('what is printed is read back, whatever its text looks like', () => {
  expect(parseRecord(Buffer.from(printRecord(record)), 'x')).toEqual(record);
});

test('any YAML library reads the same', () => {
  expect(parse(printRecord(record))).toMatchObject({
    kind: 'SolutionArchive',
    metadata: { name: 'store-1.10' },
    spec: {
      path: record.path,
      volumeId: 'Yes',
      images: [{ tag: '1.10', user: '0755' }, { name: 'on', tag: 'null' }, {}],
    },
  });
});

test('the same record gives the same bytes, and no date or host is among them', () => {
  expect(printRecord(record)).toBe(printRecord(structuredClone(record)));
  expect(printRecord(record)).not.toMatch(/20[2-9]\d-(?!01-01)/u);
});

describe('a record that was edited', () => {
  const text = printRecord(record);
  test.each([
    ['one digit', text.replace('1.10', '1.11'), 'git checkout metadata/store-1.10'],
    ['a line more at the end', `${text}# mine\n`, 'git checkout'],
    ['nothing left', '', 'git checkout'],
    ['CRLF line ends', text.replaceAll('\n', '\r\n'), '.gitattributes'],
    ['a merge conflict', `<<<<<<< ours\n${text}=======\n>>>>>>> theirs\n`, 'merge-conflict'],
  ])('%s', (_, edited, hint) => {
    expect(() => parseRecord(Buffer.from(edited), 'metadata/store-1.10/archive.yaml')).toThrow(
      expect.objectContaining({ code: 'record-edited', hint: expect.stringContaining(hint) }),
    );
  });
});
