import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scratchFolder, treeFrom, realTrees } from '../support/archive-make.ts';
import { checked, goodTree, rulesIn } from '../support/check-make.ts';
import { imageCases, imageOf } from '../support/check-images.ts';
import { genisoimage, xorriso } from '../support/iso-make.ts';

const SECTOR = 2048;

describe('an image as vendors make it', () => {
  test.each([
    ['genisoimage', genisoimage],
    ['xorriso', xorriso],
  ] as const)('by %s gives no finding, whatever is hashed', async (_, make) => {
    const iso = join(scratchFolder(), 'a.iso');
    await make(goodTree(), iso, ['-volid', 'Store 1.0.0']);
    const report = await checked(iso, { deep: true });
    expect(report).toMatchObject({
      subject: 'a.iso',
      kind: 'iso',
      id: 'store-1.0.0',
      findings: [],
      omitted: [],
    });
  });

  test('may have names that Joliet cuts or replaces, and empty files', async () => {
    const root = goodTree();
    const names = ['a'.repeat(110), 'a*b', 'é', 'empty'];
    for (const name of names) writeFileSync(join(root, name), name === 'empty' ? '' : name);
    mkdirSync(join(root, 'nothing'));
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(root, iso, ['-volid', 'Store 1.0.0']);
    expect(rulesIn(await checked(iso))).toEqual([]);
  });

  test('may be named after the name in place of the display name, and is cut at 32 bytes', async () => {
    const displayName = 'A Store With Quite A Long Name Indeed';
    const root = goodTree({ displayName });
    for (const id of ['store 1.0.0', `${displayName} 1.0.0`.slice(0, 32)]) {
      const iso = join(scratchFolder(), 'a.iso');
      await genisoimage(root, iso, ['-volid', id]);
      expect(rulesIn(await checked(iso))).toEqual([]);
    }
  });
});

describe('an image that breaks one rule', () => {
  test.each(imageCases.map((one) => [one.rule, one.title, one] as const))(
    'gives %s: %s',
    async (rule, _, given) => {
      const report = await checked(await imageOf(given));
      expect(new Set(rulesIn(report))).toEqual(new Set([rule, ...(given.also ?? [])]));
      if (given.at === undefined) return;
      expect(report.findings.find((finding) => finding.rule === rule)?.at?.path).toBe(given.at);
    },
  );
});

test.runIf(realTrees.length > 0)(
  'an image of a real archive gives what its tree gives',
  async () => {
    const source = realTrees.find((path) => path.endsWith('1.1.1')) ?? '';
    const tag = '1.1.1';
    const images = [
      { name: 'example-solution-operator', tag },
      { name: 'base-server', tag },
    ];
    const folder = treeFrom(source, join(scratchFolder(), 'root'), images);
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(folder, iso, ['-volid', 'Example Solution 1.1.1']);
    expect(rulesIn(await checked(iso))).toEqual(rulesIn(await checked(folder)));
  },
);

test('whatever bytes of an image are changed, check reports and never fails', async () => {
  const iso = join(scratchFolder(), 'a.iso');
  await genisoimage(
    goodTree({ images: [{ name: 'store-operator', tag: '1.0.0', form: 'index' }] }),
    iso,
  );
  const good = readFileSync(iso);
  const changed = join(scratchFolder(), 'b.iso');
  // What is read lies in the first and in some later sectors; padding tells nothing.
  const used = Array.from({ length: good.length / SECTOR }, (_, index) => index * SECTOR).filter(
    (at) => good.subarray(at, at + SECTOR).some((byte) => byte !== 0),
  );
  const edit = fc.record({
    sector: fc.constantFrom(...used),
    at: fc.oneof(fc.nat(200), fc.nat(SECTOR - 1)),
    value: fc.integer({ min: 0, max: 255 }),
  });
  let different = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const bytes = Buffer.from(good);
      for (const { sector, at, value } of edits) bytes.writeUInt8(value, sector + at);
      writeFileSync(changed, bytes);
      const report = await checked(changed, { deep: true });
      expect(report.subject).toBe('a.iso');
      if (rulesIn(report).join() !== 'iso-volume-name,image-platforms') different += 1;
    }),
    { numRuns: 300 },
  );
  expect(different).toBeGreaterThan(50);
}, 60_000);
