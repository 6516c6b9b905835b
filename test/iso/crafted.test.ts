import { openSync, closeSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFlawedImage, openImage, readEntry, type Image } from '../../src/iso/image.ts';
import { openFile } from '../../src/iso/reader.ts';
import {
  ce,
  directory,
  entry,
  FIRST,
  folder,
  image,
  nm,
  numbers,
  px,
  record,
  sp,
} from '../support/iso-craft.ts';
import { errorOf, opened, scratch, throughBuffer, throughFile } from '../support/iso-scratch.ts';

const SECTOR = 2048;
const FILE = 0o100644;
const ROCK = Buffer.concat([sp(), px(0o40755)]);

let scratchFolder = '';
let huge = '';
beforeAll(() => {
  scratchFolder = scratch();
  huge = join(scratchFolder, 'huge.iso');
});
afterAll(() => rmSync(scratchFolder, { recursive: true }));

/** An image with Rock Ridge and these records in its root. */
function rocky(records: readonly Buffer[], more: Readonly<Record<number, Buffer>> = {}): Buffer {
  return image({ [FIRST]: directory(FIRST, records, ROCK), ...more });
}

function rock(name: string | Buffer, ...entries: readonly Buffer[]): Buffer {
  return Buffer.concat([px(FILE), nm(name), ...entries]);
}

function link(flags: number, ...parts: readonly Buffer[]): Buffer {
  return entry('SL', Buffer.from([flags]), ...parts);
}

function part(flags: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([flags, value.length]), Buffer.from(value)]);
}

function paths(found: Image): string[] {
  return [...found.entries.keys()];
}

function text(found: Image, path: string): string | undefined {
  const file = found.entries.get(path);
  return file && Buffer.from(readEntry(found, file, 100_000)).toString();
}

describe('what no installed writer makes, and the standard allows', () => {
  test.each([512, 1024, 2048])('logical blocks of %d bytes are read', (blockSize) => {
    const first = (FIRST * SECTOR) / blockSize;
    const content = {
      [first]: directory(first, [
        folder('DIR', first + 5),
        record('A.TXT;1', { block: first + 9, size: 3 }),
      ]),
      [first + 5]: directory(first + 5, [record('B.;1', { block: first + 10, size: 2 })]),
      [first + 9]: Buffer.from('one'),
      [first + 10]: Buffer.from('22'),
    };
    const found = opened(image(content, { blockSize }));
    expect(paths(found)).toEqual(['A.TXT', 'DIR', 'DIR/B']);
    expect(text(found, 'A.TXT')).toBe('one');
    expect(text(found, 'DIR/B')).toBe('22');
  });

  test('sections of a file that lie apart are joined in the order of their records', () => {
    const found = opened(
      rocky(
        [
          record('BIG.;1', { block: 25, size: SECTOR, flags: 0x80, systemUse: rock('big') }),
          record('BIG.;1', { block: 23, size: 5, flags: 0x80, systemUse: rock('big') }),
          record('BIG.;1', { block: 24, size: 4, systemUse: rock('big') }),
          record('NEXT.;1', { block: 24, size: 4, systemUse: rock('next') }),
        ],
        { 23: Buffer.from('-mid-'), 24: Buffer.from('last'), 25: Buffer.alloc(SECTOR, 'x') },
      ),
    );
    expect(text(found, 'big')).toBe(`${'x'.repeat(SECTOR)}-mid-last`);
    expect(found.entries.get('big')?.extents).toHaveLength(3);
    expect(text(found, 'next')).toBe('last');
  });

  test('sections of a file that touch are one extent', () => {
    const found = opened(
      rocky(
        [
          record('BIG.;1', { block: 23, size: SECTOR, flags: 0x80, systemUse: rock('big') }),
          record('BIG.;1', { block: 24, size: 4, systemUse: rock('big') }),
        ],
        { 24: Buffer.from('last') },
      ),
    );
    expect(found.entries.get('big')?.extents).toEqual([
      { offset: 23 * SECTOR, length: SECTOR + 4 },
    ]);
  });

  test('an extended attribute record in front of the data is skipped', () => {
    const found = opened(
      rocky([record('A.;1', { block: 22, attributeBlocks: 1, size: 4, systemUse: rock('a') })], {
        22: Buffer.from('attributes'),
        23: Buffer.from('data'),
      }),
    );
    expect(text(found, 'a')).toBe('data');
  });

  test('associated files are not shown', () => {
    const found = opened(
      rocky([
        record('A.;1', { flags: 0x04, systemUse: rock('a') }),
        record('A.;1', { systemUse: rock('a') }),
      ]),
    );
    expect(paths(found)).toEqual(['a']);
  });

  test('a name and a link that go on in two continuation areas are whole', () => {
    const second = Buffer.concat([
      nm('-second-', 1),
      link(1, part(8, ''), part(1, 'us')),
      ce(24, 7, 200),
    ]);
    const third = Buffer.alloc(SECTOR);
    Buffer.concat([nm('third'), link(0, part(0, 'r'), part(4, ''), part(0, 'bin'))]).copy(third, 7);
    const found = opened(
      rocky(
        [
          record('A.;1', {
            systemUse: Buffer.concat([px(0o120777), nm('first', 1), ce(23, 0, second.length)]),
          }),
        ],
        { 23: second, 24: third },
      ),
    );
    expect(paths(found)).toEqual(['first-second-third']);
    expect(found.entries.get('first-second-third')?.target).toBe('/usr/../bin');
  });

  test('nothing after the ST entry is read', () => {
    const use = Buffer.concat([rock('a'), entry('ST'), Buffer.from('junk that is no entry')]);
    expect(paths(opened(rocky([record('A.;1', { systemUse: use })])))).toEqual(['a']);
  });

  test('devices and pipes are listed and have no content', () => {
    const use = Buffer.concat([px(0o20644), nm('null')]);
    const found = opened(rocky([record('A.;1', { systemUse: use })]));
    expect(found.entries.get('null')?.kind).toBe('other');
    const file = found.entries.get('null');
    expect(errorOf(() => file && readEntry(found, file, 10)).code).toBe('iso-not-a-file');
  });

  test('controls in the target of a link are escaped', () => {
    const target = Buffer.from('\x1b[31m');
    const use = Buffer.concat([
      px(0o120777),
      nm('a'),
      entry('SL', Buffer.from([0, 0, target.length]), target),
    ]);
    expect(opened(rocky([record('A.;1', { systemUse: use })])).entries.get('a')?.target).toBe(
      '\\u001b[31m',
    );
  });

  test('System Use entries without the SP entry are not Rock Ridge', () => {
    const bytes = image({
      [FIRST]: directory(FIRST, [record('A.;1', { systemUse: rock('rock') })]),
    });
    expect(opened(bytes).names).toBe('plain');
  });

  test('the SP entry alone is not Rock Ridge: Joliet is preferred to names that are not there', () => {
    const bytes = image(
      {
        [FIRST]: directory(FIRST, [record('A.;1')], sp()),
        22: directory(22, [record(Buffer.from('\0l\0o\0n\0g\0;\x001', 'latin1'))]),
      },
      { jolietBlock: 22 },
    );
    const found = opened(bytes);
    expect(found.names).toBe('joliet');
    expect(paths(found)).toEqual(['long']);
  });
});

const endless = Buffer.concat([ce(23, 0, 28)]);
const refused: readonly (readonly [
  title: string,
  code: string,
  says: string,
  bytes: () => Buffer,
])[] = [
  [
    'a directory that holds itself',
    'iso-loop',
    'same place',
    () => rocky([folder('D', FIRST, { systemUse: rock('d') })]),
  ],
  [
    'a relocated directory that is the root',
    'iso-loop',
    'same place',
    () => rocky([record('D', { systemUse: rock('d', entry('CL', numbers(FIRST))) })]),
  ],
  [
    'a relocated directory beyond the end',
    'iso-extent',
    'the image ends at',
    () => rocky([record('D', { systemUse: rock('d', entry('CL', numbers(1_000_000))) })]),
  ],
  [
    'a relocated directory that is none',
    'iso-corrupt',
    'does not begin with itself',
    () =>
      rocky([record('D', { systemUse: rock('d', entry('CL', numbers(23))) })], {
        23: record('NO DIRECTORY'),
      }),
  ],
  ['two directories in one place', 'iso-loop', 'same place', () => shared()],
  ['sub-trees that multiply', 'iso-loop', 'same place', () => multiplying()],
  [
    'a continuation area that continues in itself',
    'iso-corrupt',
    'more than 32 continuation areas',
    () => rocky([record('A.;1', { systemUse: rock('a', ce(23, 0, 28)) })], { 23: endless }),
  ],
  [
    'a continuation area beyond the end',
    'iso-extent',
    'a continuation area ends at byte',
    () => rocky([record('A.;1', { systemUse: rock('a', ce(4_000_000, 0, 28)) })]),
  ],
  [
    'a continuation area of a gigabyte',
    'iso-corrupt',
    'a continuation area has 1073741824 bytes',
    () => rocky([record('A.;1', { systemUse: rock('a', ce(23, 0, 2 ** 30)) })]),
  ],
  [
    'two entries of one name',
    'iso-duplicate-name',
    'two entries have this name',
    () =>
      rocky([
        record('A.;1', { systemUse: rock('same') }),
        record('B.;1', { systemUse: rock('same') }),
      ]),
  ],
  [
    'two versions of one plain name',
    'iso-duplicate-name',
    'two entries have this name',
    () => image({ [FIRST]: directory(FIRST, [record('A.TXT;2'), record('A.TXT;1')]) }),
  ],
  [
    'an empty name',
    'iso-bad-name',
    'it is empty',
    () => rocky([record('A.;1', { systemUse: rock('') })]),
  ],
  [
    'a name of a dot',
    'iso-bad-name',
    'another directory',
    () => rocky([record('A.;1', { systemUse: rock('.') })]),
  ],
  [
    'a name of 300 bytes',
    'iso-bad-name',
    'longer than 255',
    () =>
      rocky(
        [
          record('A.;1', {
            systemUse: Buffer.concat([px(FILE), nm('a'.repeat(100), 1), ce(23, 0, 205)]),
          }),
        ],
        {
          23: nm('b'.repeat(200)),
        },
      ),
  ],
  [
    'two names in one record',
    'iso-corrupt',
    'two Rock Ridge names',
    () => rocky([record('A.;1', { systemUse: rock('a', nm('b')) })]),
  ],
  [
    'half a surrogate pair in a Joliet name',
    'iso-bad-name',
    '`\\ud800`',
    () =>
      image(
        { [FIRST]: directory(FIRST, [record(Buffer.from([0xd8, 0]))]) },
        { jolietBlock: FIRST },
      ),
  ],
  [
    'half a character in a Joliet name',
    'iso-corrupt',
    'half a character',
    () => image({ [FIRST]: directory(FIRST, [record('abc')]) }, { jolietBlock: FIRST }),
  ],
  [
    'a slash in a plain name',
    'iso-bad-name',
    'it holds a slash',
    () => image({ [FIRST]: directory(FIRST, [record('A/B.;1')]) }),
  ],
  [
    'a compressed file (zisofs)',
    'iso-unsupported',
    'stored compressed or sparse',
    () => rocky([record('A.;1', { systemUse: rock('a', entry('ZF', Buffer.alloc(12))) })]),
  ],
  [
    'a directory in sections',
    'iso-unsupported',
    'a directory is stored in pieces',
    () => rocky([folder('D', 23, { flags: 0x82, systemUse: rock('d') })]),
  ],
  [
    'sections of a file that another file interrupts',
    'iso-corrupt',
    'the last sections of the file are missing',
    () =>
      rocky([
        record('A.;1', { flags: 0x80, systemUse: rock('a') }),
        record('B.;1', { systemUse: rock('b') }),
      ]),
  ],
  [
    'a link that leads nowhere',
    'iso-corrupt',
    'leads nowhere',
    () => rocky([record('A.;1', { systemUse: Buffer.concat([px(0o120777), nm('a')]) })]),
  ],
  [
    'a file with the mode of a directory',
    'iso-corrupt',
    'the mode of a directory',
    () => rocky([record('A.;1', { systemUse: Buffer.concat([px(0o40755), nm('a')]) })]),
  ],
  ['a record across the end of a sector', 'iso-corrupt', 'bytes, 36 are left', () => crossing()],
  ['65 levels of directories', 'iso-too-large', 'more than 64 levels', () => deep(65)],
  ['40,000 entries', 'iso-too-large', 'more than 30000 entries', () => many(40_000)],
  [
    'a directory of 65 MiB',
    'iso-too-large',
    'more than 67108864 bytes of directories',
    () => image({ [FIRST]: Buffer.concat([directory(FIRST, []), Buffer.alloc(65 * 2 ** 20)]) }),
  ],
  ['a million continuation areas', 'iso-too-large', 'bytes of directories', () => chained()],
  ['long paths of many files', 'iso-too-large', 'paths of more than', () => deepAndMany()],
];

describe.each([
  ['a file', throughFile],
  ['a buffer', throughBuffer],
])('through %s', (_, use) => {
  test.each(refused)('%s is refused within a second: %s', (_title, code, says, bytes) => {
    const crafted = bytes();
    let took = 0;
    const error = errorOf(() =>
      use(crafted, (reader) => {
        const start = performance.now();
        try {
          return openImage(reader, 'test.iso');
        } finally {
          took = performance.now() - start;
        }
      }),
    );
    expect(error.message).toContain(says);
    expect(error.code).toBe(code);
    expect(took).toBeLessThan(1000);
  });
});

describe('a name that is refused', () => {
  const bad = 'a\u001B';
  const records = [
    record('A.;1', { block: 23, size: 5, flags: 0x80, systemUse: rock(bad) }),
    record('A.;1', { block: 24, size: 4, flags: 0x80 }),
    record('A.;1', { block: 25, size: 4 }),
    folder('D', 26, { systemUse: Buffer.concat([px(0o40755), nm('b\u001B')]) }),
    record('Z.;1', { block: 24, size: 4, systemUse: rock('z') }),
  ];
  const bytes = rocky(records, {
    24: Buffer.from('last'),
    26: directory(26, [record('BELOW.;1', { systemUse: rock('below') })]),
  });

  test('costs its file, or its directory with all below it, and hides no other', () => {
    const found = throughBuffer(bytes, (reader) => openFlawedImage(reader, 'test.iso'));
    expect(paths(found)).toEqual(['z']);
    expect(found.mistakes.map(({ code, message }) => [code, message])).toEqual([
      ['iso-bad-name', 'the name `a\\u001b` is refused: it holds control characters'],
      ['iso-bad-name', 'the name `b\\u001b` is refused: it holds control characters'],
    ]);
  });

  test('is refused with the others, up to a hundred of them', () => {
    const all = Array.from({ length: 101 }, (_, index) =>
      record(`${index}.;1`, { systemUse: rock(`${bad}${index}`) }),
    );
    expect(() => opened(rocky(all.slice(1)))).toThrow('100 errors');
    expect(errorOf(() => opened(rocky(all))).message).toContain('100` is refused');
  });
});

test('64 levels of directories are read', () => {
  expect(opened(deep(64)).entries.size).toBe(64);
});

test('29,000 entries are read within a second', () => {
  const bytes = many(29_000);
  const start = performance.now();
  expect(opened(bytes).entries.size).toBe(29_000);
  expect(performance.now() - start).toBeLessThan(1000);
});

describe('a sparse file of 1 TiB', () => {
  test.each<readonly [string, Buffer, string]>([
    ['without a header is refused', Buffer.alloc(0), 'zeros where the image should begin'],
    [
      'with a volume of 4 TiB is refused',
      image({}, { volumeBlocks: 2 ** 31 }),
      'the image is cut off',
    ],
    ['with directories all over it is refused', scattered(), 'in more than 1024 different places'],
  ])('%s within a second', (_, head, says) => {
    writeFileSync(huge, head);
    if (says.includes('places')) plant(huge);
    truncateSync(huge, 2 ** 40);
    const reader = openFile(huge);
    const start = performance.now();
    expect(errorOf(() => openImage(reader, 'huge.iso')).message).toContain(says);
    expect(performance.now() - start).toBeLessThan(1000);
    reader.close();
  });

  test('with a small image in front is read as that image', () => {
    writeFileSync(huge, rocky([record('A.;1', { systemUse: rock('a') })]));
    truncateSync(huge, 2 ** 40);
    const reader = openFile(huge);
    const start = performance.now();
    expect(paths(openImage(reader, 'huge.iso'))).toEqual(['a']);
    expect(performance.now() - start).toBeLessThan(1000);
    reader.close();
  });
});

function shared(): Buffer {
  return rocky(
    [folder('A', 23, { systemUse: rock('a') }), folder('B', 23, { systemUse: rock('b') })],
    { 23: directory(23, []) },
  );
}

/** Thirty directories, each of which holds the next one ten times: 10^30 paths. */
function multiplying(): Buffer {
  const content: Record<number, Buffer> = {};
  for (let level = 0; level < 30; level += 1) {
    const names = Array.from({ length: 10 }, (_, index) => folder(`D${index}`, FIRST + level + 1));
    content[FIRST + level] = directory(FIRST + level, names);
  }
  content[FIRST + 30] = directory(FIRST + 30, []);
  return image(content);
}

function deep(levels: number): Buffer {
  const content: Record<number, Buffer> = { [FIRST + levels]: directory(FIRST + levels, []) };
  for (let level = 0; level < levels; level += 1) {
    content[FIRST + level] = directory(FIRST + level, [folder('D', FIRST + level + 1)]);
  }
  return image(content);
}

function many(count: number): Buffer {
  const records = Array.from({ length: count }, (_, index) => record(`F${index}.TXT;1`));
  return image({ [FIRST]: directory(FIRST, records) });
}

/** 40,000 records, each of which goes through 31 continuation areas. */
function chained(): Buffer {
  const chain = Buffer.concat(
    Array.from({ length: 31 }, (_, index) => ce(23, (index + 1) * 28, 28)),
  );
  chain.fill(0, 30 * 28);
  const records = Array.from({ length: 40_000 }, (_, index) =>
    record(`F${index}.TXT;1`, { systemUse: ce(23, 0, 28) }),
  );
  return image({ 23: chain, 30: directory(30, records, ROCK) }, { rootBlock: 30 });
}

/** 10,000 files below sixty names of 200 characters. */
function deepAndMany(): Buffer {
  const files = Array.from({ length: 10_000 }, (_, index) => record(`F${index}.TXT;1`));
  const last = directory(FIRST + 60, files);
  const content: Record<number, Buffer> = { [FIRST + 60]: last };
  for (let level = 0; level < 60; level += 1) {
    const size = level === 59 ? last.length : SECTOR;
    const below = folder('d'.repeat(200), FIRST + level + 1, { size });
    content[FIRST + level] = directory(FIRST + level, [below]);
  }
  return image(content);
}

/** A record of 40 bytes, 36 bytes before the end of its sector. */
function crossing(): Buffer {
  const bytes = Buffer.alloc(2 * SECTOR);
  directory(FIRST, []).copy(bytes);
  let at = 68;
  while (at < SECTOR - 36) {
    const name = 'N'.repeat(Math.min(39, SECTOR - 36 - at - 33)).concat(String(at));
    const next = record(name.slice(-Math.min(39, SECTOR - 36 - at - 33)));
    next.copy(bytes, at);
    at += next.length;
  }
  record('CROSSES').copy(bytes, at);
  return image({ [FIRST]: bytes });
}

/** 3000 directories, 100 MiB apart: {@link plant} puts their sectors there. */
function scattered(): Buffer {
  const records = Array.from({ length: 3000 }, (_, index) =>
    folder(`D${index}`, placeOf(index), { size: SECTOR }),
  );
  return image({ [FIRST]: directory(FIRST, records) });
}

function placeOf(index: number): number {
  return (index + 1) * 51_200;
}

function plant(path: string): void {
  const descriptor = openSync(path, 'r+');
  const empty = directory(1, []);
  for (let index = 0; index < 3000; index += 1) {
    writeSync(descriptor, empty, 0, 68, placeOf(index) * SECTOR);
  }
  closeSync(descriptor);
}
