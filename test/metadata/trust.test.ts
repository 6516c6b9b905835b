import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { openTree } from '../../src/archive/tree.ts';
import { appraise, glance } from '../../src/metadata/appraise.ts';
import { extract, type ExtractOptions } from '../../src/metadata/extract.ts';
import type { Trusted } from '../../src/trust/keys.ts';
import type { Verdict } from '../../src/trust/verdict.ts';
import { errorsOf } from '../support/archive-errors.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { genisoimage } from '../support/iso-make.ts';
import { cosignSignature, flipBit, pairs, trustedBy, type Pair } from '../support/trust-make.ts';

/** A root with one archive, `a.iso`; its sums implanted. */
async function rootWithImage(): Promise<string> {
  const root = scratchFolder();
  makeTree(join(root, 'tree'), { files: { 'docs/large': 'x'.repeat(2_000_000) } });
  await genisoimage(join(root, 'tree'), join(root, 'a.iso'));
  await execa('implantisomd5', [join(root, 'a.iso')]);
  return root;
}

async function run(root: string, options: Partial<ExtractOptions> = {}, path = 'a.iso') {
  const archives = [{ path, place: { file: 'solutions.yaml', line: 5 } }];
  const extraction = await extract(archives, {
    root,
    locked: false,
    acceptChanged: false,
    write: true,
    ...options,
  });
  extraction.finish();
  return extraction;
}

async function codesOf(work: () => unknown): Promise<string[]> {
  return (await errorsOf(work)).map(({ code }) => code);
}

function signWith(pair: Pair, root: string): void {
  const signature = cosignSignature(pair, readFileSync(join(root, 'a.iso')));
  writeFileSync(join(root, 'a.iso.sig'), signature);
}

async function writeSums(root: string): Promise<void> {
  const { stdout } = await execa('sha256sum', ['a.iso'], { cwd: root });
  writeFileSync(join(root, 'SHA256SUM'), `${stdout}\n`);
}

function recordIn(root: string): string {
  return readFileSync(join(root, 'metadata', 'store-1.0.0', 'archive.yaml'), 'utf8');
}

/** The docs of the archive: changed bytes that no blob notices. */
function damage(root: string): void {
  const file = join(root, 'a.iso');
  flipBit(file, readFileSync(file).indexOf('xxxxxxxx') + 1_000_000);
}

describe('an archive that is extracted', () => {
  test('is compared with all that vouches for it, and the record says what was right', async () => {
    const root = await rootWithImage();
    const pair = pairs['ECDSA P-256']();
    await writeSums(root);
    signWith(pair, root);
    const trusted = trustedBy(root, { vendor: pair.publicKey }, { policy: 'required' });
    const { archives, notices } = await run(root, { trusted });
    expect(notices).toEqual([]);
    expect(archives[0]?.record.verified).toEqual({
      blobs: 'sha256',
      archive: [
        { check: 'implanted-md5' },
        { check: 'sha256-file', file: 'SHA256SUM' },
        {
          check: 'signature',
          file: 'a.iso.sig',
          by: { format: 'cosign', key: 'vendor', fingerprint: trusted.keys[0]?.fingerprint },
        },
      ],
    });
    const first = recordIn(root);
    rmSync(join(root, 'metadata'), { recursive: true });
    await run(root, { trusted });
    expect(recordIn(root)).toBe(first);
    expect((await run(root, { trusted, locked: true })).changes).toEqual([]);
  });

  test('has a record as ever where nothing vouches for it', async () => {
    const root = scratchFolder();
    makeTree(join(root, 'tree'));
    await genisoimage(join(root, 'tree'), join(root, 'a.iso'));
    await run(root);
    expect(recordIn(root)).toContain('\n  verified:\n    blobs: sha256\n  files:\n');
  });

  test.each([
    ['its implanted sums', () => Promise.resolve(), 'md5-wrong'],
    ['its file of sums', writeSums, 'sums-wrong'],
  ] as const)(
    'and is damaged is an error by %s, and nothing is recorded',
    async (_, vouch, code) => {
      const root = await rootWithImage();
      await vouch(root);
      damage(root);
      expect(await codesOf(() => run(root))).toContain(code);
      expect(() => recordIn(root)).toThrow('ENOENT');
    },
  );

  test('and is damaged says which bytes are', async () => {
    const root = await rootWithImage();
    damage(root);
    const [error] = await errorsOf(() => run(root));
    expect(error?.message).toMatch(/^the bytes \d+ to \d+ of the image do not have/u);
    expect(error?.hint).toContain('the archive is listed at solutions.yaml:5');
  });

  test.each(['required', 'when-present'] as const)(
    'is refused with a signature of somebody else, where the policy is %s',
    async (policy) => {
      const root = await rootWithImage();
      signWith(pairs['ECDSA P-256'](), root);
      const trusted = trustedBy(root, { vendor: pairs.RSA().publicKey }, { policy });
      expect(await codesOf(() => run(root, { trusted }))).toEqual(['signature-wrong']);
    },
  );

  test('may be without a signature where none is required', async () => {
    const root = await rootWithImage();
    const { publicKey: vendor } = pairs.RSA();
    expect((await run(root, { trusted: trustedBy(root, { vendor }) })).archives).toHaveLength(1);
    rmSync(join(root, 'metadata'), { recursive: true });
    const required = trustedBy(root, { vendor }, { policy: 'required' });
    expect(await codesOf(() => run(root, { trusted: required }))).toEqual(['signature-missing']);
  });

  test('may have a signature that nobody can check, with a notice', async () => {
    const root = await rootWithImage();
    signWith(pairs.RSA(), root);
    const { notices } = await run(root, { trusted: trustedBy(root, {}) });
    expect(notices).toMatchObject([{ code: 'signature-unchecked', place: { file: 'a.iso.sig' } }]);
    rmSync(join(root, 'metadata'), { recursive: true });
    expect((await run(root, { trusted: trustedBy(root, {}, { policy: 'off' }) })).notices).toEqual(
      [],
    );
  });

  test('must not be a directory where a signature is required', async () => {
    const root = scratchFolder();
    makeTree(join(root, 'tree'));
    const { publicKey: vendor } = pairs.Ed25519();
    const trusted = trustedBy(root, { vendor }, { policy: 'required' });
    const [error] = await errorsOf(() => run(root, { trusted }, 'tree'));
    expect(error).toMatchObject({
      code: 'signature-missing',
      hint: expect.stringContaining('a directory cannot be signed'),
    });
  });
});

async function signedRoot(): Promise<{ root: string; pair: Pair; trusted: Trusted }> {
  const root = await rootWithImage();
  const pair = pairs['ECDSA P-256']();
  signWith(pair, root);
  return {
    root,
    pair,
    trusted: trustedBy(root, { vendor: pair.publicKey }, { policy: 'required' }),
  };
}

describe('a record, where a signature is required', () => {
  test('is not enough without one: with --locked, or where the archive is not at hand', async () => {
    const { root, trusted } = await signedRoot();
    await run(root);
    expect(await codesOf(() => run(root, { trusted, locked: true }))).toEqual(['record-unsigned']);
    rmSync(join(root, 'a.iso'));
    expect(await codesOf(() => run(root, { trusted }))).toEqual(['record-unsigned']);
  });

  test('gets the signature of an archive that is at hand', async () => {
    const { root, trusted } = await signedRoot();
    await run(root);
    const { changes } = await run(root, { trusted });
    expect(changes).toEqual([{ id: 'store-1.0.0', what: 'changed', files: ['archive.yaml'] }]);
    expect((await run(root, { trusted, locked: true })).changes).toEqual([]);
  });

  test('holds under another name of the key, and not when the key is taken away', async () => {
    const { root, trusted, pair } = await signedRoot();
    await run(root, { trusted });
    const renamed = trustedBy(root, { other: pair.publicKey }, { policy: 'required' });
    expect((await run(root, { trusted: renamed, locked: true })).changes).toEqual([]);
    const replaced = trustedBy(root, { vendor: pairs.RSA().publicKey }, { policy: 'required' });
    expect(await codesOf(() => run(root, { trusted: replaced, locked: true }))).toEqual([
      'record-unsigned',
    ]);
    expect(await codesOf(() => run(root, { trusted: replaced }))).toEqual(['signature-wrong']);
  });
});

function states(verdicts: readonly Verdict[]) {
  return verdicts.map(({ check, state }) => [check, state]);
}

test('what vouches for an archive is found at a glance, without reading it', async () => {
  const root = await rootWithImage();
  const pair = pairs.RSA();
  signWith(pair, root);
  const tree = openTree(join(root, 'a.iso'), 'a.iso');
  const trusted = trustedBy(root, { vendor: pair.publicKey });
  expect(states(await glance(tree, trusted))).toEqual([
    ['implanted-md5', 'unchecked'],
    ['signature', 'unchecked'],
    ['sha256-file', 'absent'],
  ]);
  expect(states((await appraise(tree, { trusted })).verdicts)).toEqual([
    ['implanted-md5', 'checked'],
    ['signature', 'checked'],
    ['sha256-file', 'absent'],
  ]);
  tree.close();
});
