import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSums } from '../../src/trust/sums.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { flipBit, verdictsOn } from '../support/trust-make.ts';

const CONTENT = 'an archive';
const SUM = createHash('sha256').update(CONTENT).digest('hex');
const OTHER = 'f'.repeat(64);

/** The states of the verdicts on an archive with a file of sums beside it. */
async function statesWith(file: string, text: string | Uint8Array, base = 'store-1.0.0.iso') {
  const folder = scratchFolder();
  writeFileSync(join(folder, base), CONTENT);
  writeFileSync(join(folder, file), text);
  const verdicts = await verdictsOn(join(folder, base));
  return verdicts.map(({ state }) => state);
}

describe('a file of sums', () => {
  test.each([
    ['as sha256sum writes it', `${SUM}  store-1.0.0.iso\n`],
    ['of a binary file', `${SUM} *store-1.0.0.iso\n`],
    ['with the path of the machine that built it', `${SUM}  /var/lib/build/out/store-1.0.0.iso\n`],
    ['with a tag', `SHA256 (store-1.0.0.iso) = ${SUM}\n`],
    ['with a tag and a path', `SHA256 (./out/store-1.0.0.iso) = ${SUM}\n`],
    ['in capitals', `${SUM.toUpperCase()}  store-1.0.0.iso\n`],
    ['without a line end', `${SUM}  store-1.0.0.iso`],
    ['with the line ends of Windows', `\uFEFF${SUM}  store-1.0.0.iso\r\n`],
    ['among others', `# sums\n${OTHER}  other.iso\n${SUM}  store-1.0.0.iso\n${OTHER}  a.txt\n`],
    ['twice, alike', `${SUM}  store-1.0.0.iso\n${SUM}  old/store-1.0.0.iso\n`],
    ['beside one of an older build', `${OTHER}  old/store-1.0.0.iso\n${SUM}  store-1.0.0.iso\n`],
    [
      'signed with gpg',
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${SUM}  store-1.0.0.iso\n`,
    ],
  ])('lists the archive %s', async (_, text) => {
    for (const file of ['SHA256SUM', 'SHA256SUMS', 'store-1.0.0.iso.sha256']) {
      expect(await statesWith(file, text)).toEqual(['checked']);
      expect(await statesWith(file, text.replaceAll(new RegExp(SUM, 'giu'), OTHER))).toEqual([
        'wrong',
      ]);
    }
  });

  test.each([
    ['the sum alone', `${SUM}\n`],
    ['another name', `${SUM}  store.iso\n`],
  ])('of one archive may hold %s', async (_, text) => {
    expect(await statesWith('store-1.0.0.iso.sha256', text)).toEqual(['checked']);
    expect(await statesWith('SHA256SUM', text)).toEqual([]);
    expect(await statesWith('store-1.0.0.iso.sha256', text.replace(SUM, OTHER))).toEqual(['wrong']);
  });

  test('that lists the archive with two sums is wrong, whichever is right', async () => {
    const text = `${SUM}  a/store-1.0.0.iso\n${OTHER}  b/store-1.0.0.iso\n`;
    expect(await statesWith('SHA256SUM', text)).toEqual(['wrong']);
  });

  test('that lists the archive very often says so in few words', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'a.iso'), CONTENT);
    const lines = Array.from({ length: 10_000 }, (_, index) => {
      return `${createHash('sha256').update(`${index}`).digest('hex')}  a.iso\n`;
    });
    writeFileSync(join(folder, 'SHA256SUM'), lines.join(''));
    const [verdict] = await verdictsOn(join(folder, 'a.iso'));
    expect(verdict?.message).toContain(' and 9998 more');
    expect(verdict?.message.length).toBeLessThan(400);
  });

  test.each([
    ['lists others', `${SUM}  other.iso\n`],
    ['is empty', ''],
    ['holds something else', 'hello\n'],
    ['holds MD5 sums', `${'a'.repeat(32)}  store-1.0.0.iso\n`],
    ['has names that end alike', `${OTHER}  big-store-1.0.0.iso\n`],
  ])('that %s says nothing of the archive', async (_, text) => {
    expect(await statesWith('SHA256SUM', text)).toEqual([]);
  });

  test('is what sha256sum writes, with names that it escapes', async () => {
    const folder = scratchFolder();
    for (const base of [
      'plain.iso',
      'with blank.iso',
      'back\\slash.iso',
      'new\nline.iso',
      '(1) = x.iso',
    ]) {
      writeFileSync(join(folder, base), CONTENT);
      for (const options of [[], ['--binary'], ['--tag']]) {
        const { stdout } = await execa('sha256sum', [...options, base], { cwd: folder });
        writeFileSync(join(folder, 'SHA256SUM'), `${stdout}\n`);
        expect((await verdictsOn(join(folder, base))).map(({ state }) => state)).toEqual([
          'checked',
        ]);
      }
    }
  });

  test('finds any changed bit of the archive', async () => {
    const folder = scratchFolder();
    const archive = join(folder, 'a.iso');
    writeFileSync(`${archive}.sha256`, `${SUM}  a.iso\n`);
    for (let at = 0; at < CONTENT.length; at += 1) {
      writeFileSync(archive, CONTENT);
      flipBit(archive, at);
      const [verdict] = await verdictsOn(archive);
      expect(verdict).toMatchObject({ state: 'wrong', file: `${archive}.sha256` });
      expect(verdict?.message).toContain(`lists ${SUM}`);
    }
  });

  test('that is too large is wrong, and one that is a folder is none', async () => {
    expect(await statesWith('SHA256SUM', Buffer.alloc(10 << 20, 0x61))).toEqual(['wrong']);
    const folder = scratchFolder();
    mkdirSync(join(folder, 'SHA256SUM'));
    cpSync(import.meta.filename, join(folder, 'a.iso'));
    expect(await verdictsOn(join(folder, 'a.iso'))).toEqual([]);
  });

  test('of any bytes is read in no time, and gives sums of 64 hex digits', () => {
    const piece = fc.constantFrom(
      SUM,
      ' ',
      '  ',
      ' *',
      '\\',
      '\n',
      'SHA256 (',
      ') = ',
      'a.iso',
      '\\n',
      '/',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
        for (const { sha256 } of parseSums(Buffer.from(pieces.join('')))) expect(sha256).toBe(SUM);
      }),
    );
    const start = performance.now();
    parseSums(Buffer.from('SHA256 ('.repeat(130_000)));
    parseSums(Buffer.from(`SHA256 (${') = '.repeat(250_000)}`));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
