import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { checkArchives } from '../../src/check/archive-check.ts';
import { trustRules } from '../../src/check/trust-rules.ts';
import type { Trusted } from '../../src/trust/keys.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { goodTree } from '../support/check-make.ts';
import { genisoimage } from '../support/iso-make.ts';
import { cosignSignature, flipBit, pairs, trustedBy } from '../support/trust-make.ts';

const pair = pairs['ECDSA P-256']();

/** An image of a good archive with everything beside it that could vouch for it. */
async function vouched(): Promise<{ folder: string; iso: string }> {
  const folder = scratchFolder();
  const iso = join(folder, 'a.iso');
  const tree = goodTree({ files: { 'docs/large': 'x'.repeat(2_000_000) } });
  await genisoimage(tree, iso, ['-volid', 'Store 1.0.0']);
  await execa('implantisomd5', [iso]);
  const { stdout } = await execa('sha256sum', ['a.iso'], { cwd: folder });
  writeFileSync(join(folder, 'SHA256SUM'), `${stdout}\n`);
  writeFileSync(`${iso}.sig`, cosignSignature(pair, readFileSync(iso)));
  return { folder, iso };
}

/** The findings about what vouches for an image: rule and message. */
async function found(iso: string, options: { deep?: boolean; trusted?: Trusted }) {
  const [report] = await checkArchives([{ file: iso, name: 'a.iso' }], options);
  const findings = report?.findings ?? [];
  return findings
    .filter(({ rule }) => Object.hasOwn(trustRules, rule))
    .map(({ rule, message }) => [rule, message.split(':')[0]]);
}

describe('what vouches for an archive', () => {
  test('gives no finding where all of it is right', async () => {
    const { folder, iso } = await vouched();
    const trusted = trustedBy(folder, { vendor: pair.publicKey }, { policy: 'required' });
    expect(await found(iso, { deep: true, trusted })).toEqual([]);
  });

  test('is noted where nobody looked', async () => {
    const { folder, iso } = await vouched();
    expect(await found(iso, { trusted: trustedBy(folder, { vendor: pair.publicKey }) })).toEqual([
      ['trust-unchecked', 'SHA256SUM'],
      ['trust-unchecked', 'a.iso.sig'],
      ['trust-unchecked', 'it was not compared with the bytes of the archive'],
    ]);
    expect(await found(iso, { deep: true, trusted: trustedBy(folder, {}) })).toEqual([
      ['trust-unchecked', 'a.iso.sig'],
    ]);
  });

  test('is all wrong after a change of one bit', async () => {
    const { folder, iso } = await vouched();
    flipBit(iso, readFileSync(iso).indexOf('xxxxxxxx') + 1_000_000);
    const rules = await found(iso, {
      deep: true,
      trusted: trustedBy(folder, { vendor: pair.publicKey }),
    });
    expect(rules.map(([rule]) => rule)).toEqual(['md5-wrong', 'sums-wrong', 'signature-wrong']);
  });

  test('is wrong without --deep where its bytes say so', async () => {
    const { folder, iso } = await vouched();
    writeFileSync(`${iso}.minisig`, 'rubbish');
    const trusted = trustedBy(folder, { vendor: pair.publicKey });
    expect(await found(iso, { trusted })).toContainEqual(['signature-wrong', 'a.iso.minisig']);
  });

  test('must be a signature where one is required', async () => {
    const { folder, iso } = await vouched();
    const other = join(folder, 'b.iso');
    writeFileSync(other, readFileSync(iso));
    const trusted = trustedBy(folder, { vendor: pair.publicKey }, { policy: 'required' });
    for (const deep of [true, false]) {
      const [report] = await checkArchives([{ file: other, name: 'b.iso' }], { deep, trusted });
      expect(report?.findings.map(({ rule }) => rule)).toContain('signature-missing');
    }
  });

  test('is told where it is right or absent, too, and of an image alone', async () => {
    const { folder, iso } = await vouched();
    const trusted = trustedBy(folder, { vendor: pair.publicKey });
    const archives = [
      { file: iso, name: 'a.iso' },
      { file: goodTree(), name: 'tree' },
    ];
    const statesOf = async (deep: boolean) => {
      const reports = await checkArchives(archives, { deep, trusted });
      return reports.map(({ trust }) => trust?.map(({ check, state }) => `${check} ${state}`));
    };
    expect(await statesOf(true)).toEqual([
      ['implanted-md5 checked', 'sha256-file checked', 'signature checked'],
      undefined,
    ]);
    rmSync(join(folder, 'SHA256SUM'));
    rmSync(`${iso}.sig`);
    expect(await statesOf(false)).toEqual([
      ['implanted-md5 unchecked', 'sha256-file absent', 'signature absent'],
      undefined,
    ]);
  });
});
