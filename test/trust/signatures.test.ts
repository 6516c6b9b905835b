import { createHash } from 'node:crypto';
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageFile } from '../../src/package.ts';
import type { Trusted } from '../../src/trust/keys.ts';
import { errorsOf } from '../support/archive-errors.ts';
import { scratchFolder } from '../support/archive-make.ts';
import {
  bundleText,
  cosignSignature,
  flipBit,
  pairs,
  trustedBy,
  verdictsOn,
} from '../support/trust-make.ts';

const CONTENT = Buffer.from('what a vendor ships\n'.repeat(5000));

/** A folder with an archive in it. */
function shipped(content: Uint8Array = CONTENT): { folder: string; archive: string } {
  const folder = scratchFolder();
  const archive = join(folder, 'store-1.0.0.iso');
  writeFileSync(archive, content);
  return { folder, archive };
}

/** The one verdict on an archive. */
async function verdictOn(archive: string, trusted: Trusted) {
  const [verdict, ...more] = await verdictsOn(archive, trusted);
  expect(more).toEqual([]);
  return verdict;
}

const kinds = Object.entries(pairs);

describe('a signature by cosign with a key', () => {
  test.each(kinds)('%s: is right, and names the key', async (_, makePair) => {
    const { folder, archive } = shipped();
    const pair = makePair();
    writeFileSync(`${archive}.sig`, cosignSignature(pair, CONTENT));
    const trusted = trustedBy(folder, { vendor: pair.publicKey });
    const der = pair.publicKey.export({ format: 'der', type: 'spki' });
    const fingerprint = `sha256:${createHash('sha256').update(der).digest('hex')}`;
    expect(await verdictOn(archive, trusted)).toEqual({
      check: 'signature',
      state: 'checked',
      file: `${archive}.sig`,
      message: 'the archive is signed by the key `vendor`',
      by: { format: 'cosign', key: 'vendor', fingerprint },
    });
  });

  test.each(kinds)(
    '%s: is wrong for any other archive, and for any other signature',
    async (_, makePair) => {
      const pair = makePair();
      const signature = Buffer.from(cosignSignature(pair, CONTENT), 'base64');
      await fc.assert(
        fc.asyncProperty(fc.boolean(), fc.nat(), async (isArchive, at) => {
          const { folder, archive } = shipped();
          writeFileSync(`${archive}.sig`, signature);
          flipBit(
            isArchive ? archive : `${archive}.sig`,
            at % (isArchive ? CONTENT : signature).length,
          );
          const verdict = await verdictOn(archive, trustedBy(folder, { vendor: pair.publicKey }));
          expect(verdict?.state).toBe('wrong');
        }),
        { numRuns: 20 },
      );
    },
  );

  test.each([
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
  ] as const)('may be over the digest that goes with the curve %s', async (curve, digest) => {
    const { folder, archive } = shipped();
    const pair = pairs[`ECDSA ${curve}`]();
    writeFileSync(`${archive}.sig`, `${cosignSignature(pair, CONTENT, digest)}\n`);
    const trusted = trustedBy(folder, { vendor: pair.publicKey });
    expect((await verdictOn(archive, trusted))?.state).toBe('checked');
  });

  test.each(['ec', 'rsa'])('is what openssl makes and takes (%s)', async (kind) => {
    const { folder, archive } = shipped();
    const [secret, open] = [join(folder, 'key'), join(folder, 'key.pub')];
    const options = kind === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:P-256'] : [];
    await execa('openssl', ['genpkey', '-algorithm', kind, ...options, '-out', secret]);
    await execa('openssl', ['pkey', '-in', secret, '-pubout', '-out', open]);
    await execa('openssl', ['dgst', '-sha256', '-sign', secret, '-out', `${archive}.sig`, archive]);
    const trusted = trustedBy(folder, { vendor: readFileSync(open, 'utf8') });
    expect((await verdictOn(archive, trusted))?.state).toBe('checked');
    const verify = ['dgst', '-sha256', '-verify', open, '-signature', `${archive}.sig`, archive];
    await execa('openssl', verify);
    flipBit(archive, 1234);
    expect((await verdictOn(archive, trusted))?.state).toBe('wrong');
    expect((await execa('openssl', verify, { reject: false })).exitCode).toBe(1);
  });

  test('is found among several keys of every kind', async () => {
    const { folder, archive } = shipped();
    const all = Object.fromEntries(kinds.map(([name, makePair]) => [name, makePair()]));
    const keys = Object.entries(all).map(([name, { publicKey }]) => {
      return [name.toLowerCase().replace(' ', '-'), publicKey] as const;
    });
    const trusted = trustedBy(folder, Object.fromEntries(keys));
    for (const [name, pair] of Object.entries(all)) {
      writeFileSync(`${archive}.sig`, cosignSignature(pair, CONTENT));
      const { by } = (await verdictOn(archive, trusted)) ?? {};
      expect(by?.key).toBe(name.toLowerCase().replace(' ', '-'));
    }
  });

  test('by none of the keys says which ones there are', async () => {
    const { folder, archive } = shipped();
    writeFileSync(`${archive}.sig`, cosignSignature(pairs['ECDSA P-256'](), CONTENT));
    const trusted = trustedBy(folder, {
      one: pairs['ECDSA P-256']().publicKey,
      two: pairs.RSA().publicKey,
    });
    const { state, message } = (await verdictOn(archive, trusted)) ?? {};
    expect(state).toBe('wrong');
    expect(message).toContain('none of the keys of platform.yaml (`one`, `two`)');
  });

  test('of the archive itself (Ed25519) is refused for one that is too large to hold', async () => {
    const { folder, archive } = shipped();
    truncateSync(archive, (64 << 20) + 1);
    const pair = pairs.Ed25519();
    writeFileSync(`${archive}.sig`, cosignSignature(pair, readFileSync(archive)));
    const { state, message } =
      (await verdictOn(archive, trustedBy(folder, { vendor: pair.publicKey }))) ?? {};
    expect(state).toBe('wrong');
    expect(message).toContain('signs the archive itself');
  });

  test('is not looked at without a key, nor where the policy is off', async () => {
    const { folder, archive } = shipped();
    writeFileSync(`${archive}.sig`, 'rubbish');
    const verdict = await verdictOn(archive, trustedBy(folder, {}));
    expect(verdict).toMatchObject({ state: 'unchecked', file: `${archive}.sig` });
    const { publicKey } = pairs.RSA();
    expect(await verdictsOn(archive, trustedBy(folder, { publicKey }, { policy: 'off' }))).toEqual(
      [],
    );
  });
});

const real = (name: string) => packageFile(`test/fixtures/sigstore-conformance/${name}`);

/** The file that the bundles of the conformance tests are for, one of them beside it. */
function conformance(bundle: string, more: { readonly root?: string } = {}) {
  const folder = scratchFolder();
  const archive = join(folder, 'a.iso');
  cpSync(real('a.txt'), archive);
  cpSync(real(bundle), `${archive}.sigstore.json`);
  const { root } = more;
  const trustedRoot =
    root === undefined
      ? undefined
      : { file: real(root), place: { file: 'platform.yaml', line: 9 } };
  const trusted = trustedBy(
    folder,
    { vendor: readFileSync(real('key.pub'), 'utf8') },
    { trustedRoot },
  );
  return { archive, trusted };
}

/** The bundle beside an archive, after an edit of its text. */
function editBundle(archive: string, edit: (text: string) => string): void {
  const file = `${archive}.sigstore.json`;
  const before = readFileSync(file, 'utf8');
  const after = edit(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
}

describe('a Sigstore bundle', () => {
  test.each(['staging.sigstore.json', 'timestamped.sigstore.json'])(
    'that cosign made is right without a trusted root, and says what was not checked: %s',
    async (bundle) => {
      const { archive, trusted } = conformance(bundle);
      expect(await verdictOn(archive, trusted)).toMatchObject({
        state: 'checked',
        by: { format: 'sigstore-bundle', key: 'vendor' },
        message: expect.stringContaining('log was not checked: there is no `trustedRoot`'),
      });
    },
  );

  test('that cosign made is in the transparency log of the trusted root', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json', {
      root: 'staging-root.json',
    });
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'checked',
      message: 'the archive is signed by the key `vendor`, and is in a transparency log',
    });
  });

  test('the signature in it is also what cosign prints into a .sig', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json');
    const [, signature = ''] =
      /"signature":"([^"]+)"\}\}$/u.exec(readFileSync(`${archive}.sigstore.json`, 'utf8').trim()) ??
      [];
    writeFileSync(`${archive}.sig`, signature);
    const verdicts = await verdictsOn(archive, trusted);
    expect(verdicts.map(({ state }) => state)).toEqual(['checked', 'checked']);
  });

  test('of a log that the trusted root does not know is wrong', async () => {
    const { archive, trusted } = conformance('timestamped.sigstore.json', {
      root: 'staging-root.json',
    });
    const { state, message } = (await verdictOn(archive, trusted)) ?? {};
    expect(state).toBe('wrong');
    expect(message).toContain('the entry in the transparency log is wrong');
  });

  test.each([
    [
      'the signed entry timestamp',
      (text: string) => text.replace('MEUCIQCO6uaIl', 'MEUCIQCO6uaIm'),
    ],
    [
      'the root hash',
      (text: string) => text.replaceAll('sg9woqQRBW3wEuVnviCG', 'sg9woqQRBW3wEuVnviCH'),
    ],
    ['a hash of the inclusion proof', (text: string) => text.replace('mP1ItkhGOy', 'mP1ItkhGOz')],
    [
      'the body of the entry',
      (text: string) =>
        text.replace('eyJhcGlWZXJzaW9uIjoiMC4wLjEi', 'eyJhcGlWZXJzaW9uIjoiMC4wLjIi'),
    ],
    ['the time of the entry', (text: string) => text.replace('1767810965', '1767810966')],
  ])('whose log entry has another %s is wrong with a trusted root', async (_, edit) => {
    const { archive, trusted } = conformance('staging.sigstore.json', {
      root: 'staging-root.json',
    });
    editBundle(archive, edit);
    expect((await verdictOn(archive, trusted))?.state).toBe('wrong');
  });

  test.each([
    ['application/vnd.dev.sigstore.bundle+json;version=0.1'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.2'],
    ['application/vnd.dev.sigstore.bundle+json;version=0.3'],
    ['application/vnd.dev.sigstore.bundle.v0.3+json'],
  ])('without an entry of a log is right: %s', async (mediaType) => {
    const { folder, archive } = shipped();
    const pair = pairs['ECDSA P-256']();
    writeFileSync(`${archive}.sigstore.json`, bundleText(pair, CONTENT, { mediaType }));
    const trusted = trustedBy(folder, { other: pairs.RSA().publicKey, vendor: pair.publicKey });
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'checked',
      message: 'the archive is signed by the key `vendor`',
    });
    flipBit(archive, 77);
    expect((await verdictOn(archive, trusted))?.state).toBe('wrong');
  });

  test('of which the library quotes much is refused in few words', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json', {
      root: 'staging-root.json',
    });
    editBundle(archive, (text) =>
      text.replace('"kind":"hashedrekord"', `"kind":"${'\\u001b[31m'.repeat(5000)}"`),
    );
    const { state, message = '' } = (await verdictOn(archive, trusted)) ?? {};
    expect(state).toBe('wrong');
    expect(message.length).toBeLessThan(400);
  });

  test('with the beginning of the right digest, or more than it, is refused', async () => {
    const { folder, archive } = shipped();
    const pair = pairs['ECDSA P-256']();
    const trusted = trustedBy(folder, { vendor: pair.publicKey });
    const digest = createHash('sha256').update(CONTENT).digest();
    for (const other of [digest.subarray(0, 4), Buffer.concat([digest, Buffer.alloc(32)])]) {
      writeFileSync(
        `${archive}.sigstore.json`,
        bundleText(pair, CONTENT).replace(digest.toString('base64'), other.toString('base64')),
      );
      const verdict = await verdictOn(archive, trusted);
      expect(verdict?.state).toBe('wrong');
      expect(verdict?.message).toContain('this one has another');
    }
  });

  test('by Ed25519ph is named and refused', async () => {
    const { folder, archive } = shipped();
    const pair = pairs.Ed25519();
    const text = bundleText(pair, CONTENT).replace('SHA2_256', 'SHA2_512');
    writeFileSync(`${archive}.sigstore.json`, text);
    const verdict = await verdictOn(archive, trustedBy(folder, { vendor: pair.publicKey }));
    expect(verdict).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining('Ed25519ph'),
    });
  });

  test('whose hint names no key is tried with all of them', async () => {
    const { folder, archive } = shipped();
    const pair = pairs.RSA();
    writeFileSync(`${archive}.sigstore.json`, bundleText(pair, CONTENT, { hint: 'release' }));
    const trusted = trustedBy(folder, {
      other: pairs.RSA().publicKey,
      vendor: pair.publicKey,
    });
    expect((await verdictOn(archive, trusted))?.by?.key).toBe('vendor');
  });

  test('whose digest is right and whose signature is not is wrong', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json');
    editBundle(archive, (text) => text.replace('"MEUCIHMEx9zaO', '"MEUCIHMEx9zaP'));
    expect((await verdictOn(archive, trusted))?.message).toContain('none of the keys');
  });

  test(
    'never makes anything but a verdict, whatever byte of it changes',
    { timeout: 60_000 },
    async () => {
      const { archive, trusted } = conformance('staging.sigstore.json', {
        root: 'staging-root.json',
      });
      const file = `${archive}.sigstore.json`;
      const { size } = statSync(file);
      const good = readFileSync(file);
      await fc.assert(
        fc.asyncProperty(fc.nat(size - 1), fc.nat(255), async (at, byte) => {
          const bytes = Buffer.from(good);
          bytes.writeUInt8(byte, at);
          writeFileSync(file, bytes);
          const [verdict] = await verdictsOn(archive, trusted);
          expect(['checked', 'wrong']).toContain(verdict?.state);
        }),
        { numRuns: 300 },
      );
    },
  );

  test('is refused with a trusted root that is none, at the line that names it', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json', { root: 'a.txt' });
    const [error] = await errorsOf(() => verdictsOn(archive, trusted));
    expect(error).toMatchObject({ code: 'trust-root', place: { file: 'platform.yaml', line: 9 } });
  });
});

describe('a file that is no signature of ours', () => {
  const old = JSON.stringify({ base64Signature: 'MEUC', cert: '', rekorBundle: null });
  const depth = 100_000;
  const cases: readonly (readonly [string, string, string | Uint8Array, string])[] = [
    ['cosign 2’s own bundle', '.bundle', old, 'older format'],
    ['the same under the new name', '.sigstore.json', old, 'older format'],
    ['the same as a signature', '.sig', old, 'older format'],
    ['an OpenPGP signature', '.sig', '-----BEGIN PGP SIGNATURE-----\n\niQ\n', 'OpenPGP'],
    ['a binary OpenPGP signature', '.sig', Buffer.from('8904330400', 'hex'), 'OpenPGP'],
    ['nothing', '.sig', '', 'none of the keys'],
    ['text', '.sig', 'not base64 at all', 'none of the keys'],
    ['ten megabytes', '.sig', Buffer.alloc(10 << 20, 0x41), 'more than 1048576'],
    ['half a megabyte', '.sig', Buffer.alloc(1 << 19, 0x41), 'this is no signature'],
    ['no JSON', '.sigstore.json', '{"mediaType":', 'no Sigstore bundle'],
    ['JSON of another kind', '.sigstore.json', '[1]', 'no Sigstore bundle'],
    ['null', '.sigstore.json', 'null', 'no Sigstore bundle'],
    [
      'a bundle of the future',
      '.sigstore.json',
      '{"mediaType":"application/vnd.dev.sigstore.bundle.v9+json"}',
      'no Sigstore bundle',
    ],
    [
      'deep JSON',
      '.sigstore.json',
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      'no Sigstore bundle',
    ],
    ['large JSON', '.sigstore.json', `[${'0,'.repeat(200_000)}0]`, 'more than 262144'],
    ['ten megabytes of JSON', '.sigstore.json', Buffer.alloc(10 << 20, 0x20), 'more than 1048576'],
    [
      'a minisign signature cut short',
      '.minisig',
      'untrusted comment: a\nRUQ=\n',
      'no minisign signature',
    ],
    ['an empty minisign signature', '.minisig', '', 'no minisign signature'],
  ];
  test.each(cases)('is named and refused, quickly: %s', async (_, end, content, message) => {
    const { folder, archive } = shipped();
    writeFileSync(`${archive}${end}`, content);
    const trusted = trustedBy(folder, { vendor: pairs['ECDSA P-256']().publicKey });
    const start = performance.now();
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining(message),
    });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test.each(['.sig', '.sigstore.json', '.bundle', '.minisig'])(
    'is a verdict whatever its bytes are: %s',
    async (end) => {
      const { folder, archive } = shipped();
      const all = Object.entries(pairs).map(([, makePair], index) => {
        return [`key${index}`, makePair().publicKey] as const;
      });
      const trusted = trustedBy(folder, Object.fromEntries(all));
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc.uint8Array({ maxLength: 600 }).map((some) => Buffer.from(some).toString('base64')),
        fc.json(),
      );
      await fc.assert(
        fc.asyncProperty(bytes, async (content) => {
          writeFileSync(`${archive}${end}`, content);
          expect((await verdictOn(archive, trusted))?.state).toBe('wrong');
        }),
        { numRuns: 60 },
      );
    },
  );

  test.each([
    ['keyless-0.1.sigstore.json', 'signed with a certificate'],
    ['attestation.sigstore.json', 'holds an attestation'],
  ])('is named and refused: %s', async (bundle, message) => {
    const { archive, trusted } = conformance(bundle);
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['index', (text: string) => text.replace('"51753644"', `"${'9'.repeat(200_000)}"`)],
    ['checkpoint', (text: string) => text.replace('— rekor', '— x'.repeat(60_000))],
    ['checkpoint size', (text: string) => text.replace('\\n20071233', `\\n${'9'.repeat(200_000)}`)],
    ['hash', (text: string) => text.replace('"hashes":["', `"hashes":["${'A'.repeat(200_000)}`)],
  ])('is refused with a log entry of a giant %s, quickly', async (_, edit) => {
    const { archive, trusted } = conformance('staging.sigstore.json', {
      root: 'staging-root.json',
    });
    editBundle(archive, edit);
    const start = performance.now();
    expect((await verdictOn(archive, trusted))?.state).toBe('wrong');
    expect(performance.now() - start).toBeLessThan(1500);
  });

  test('is refused with very many entries of logs, quickly', async () => {
    const { archive, trusted } = conformance('staging.sigstore.json', {
      root: 'staging-root.json',
    });
    editBundle(archive, (text) =>
      text.replace(/"tlogEntries":\[(.*)\]\}, "messageSignature"/u, (_, entry: string) => {
        const entries = Array.from({ length: 100 }, () => entry).join();
        return `"tlogEntries":[${entries}]}, "messageSignature"`;
      }),
    );
    expect((await verdictOn(archive, trusted))?.message).toContain('at most 16');
  });
});

interface Minisign {
  readonly open: string;
  readonly secret: string;
}

async function makeKey(folder: string, name: string): Promise<Minisign> {
  const [open, secret] = [join(folder, `${name}.minisign`), join(folder, `${name}.key`)];
  await execa('minisign', ['-G', '-W', '-p', open, '-s', secret]);
  return { open: readFileSync(open, 'utf8'), secret };
}

async function signed(...options: string[]) {
  const { folder, archive } = shipped();
  const [one, two] = [await makeKey(folder, 'one'), await makeKey(folder, 'two')];
  await execa('minisign', ['-S', ...options, '-s', two.secret, '-m', archive]);
  return { folder, archive, one, two, file: `${archive}.minisig` };
}

describe('a signature by minisign', () => {
  test.each([
    ['of today', []],
    ['of the older kind', ['-l']],
  ])('%s is right, and names the key by its number', async (_, options) => {
    const { folder, archive, one, two } = await signed(...options);
    const trusted = trustedBy(folder, { one: one.open, two: two.open });
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'checked',
      by: { format: 'minisign', key: 'two' },
    });
    flipBit(archive, 4321);
    expect(await verdictOn(archive, trusted)).toMatchObject({
      state: 'wrong',
      message: 'the archive is not the one that `two` signed',
    });
  });

  test('is right with the key alone, without its comment', async () => {
    const { folder, archive, two } = await signed();
    const trusted = trustedBy(folder, { two: two.open.split('\n')[1] ?? '' });
    expect((await verdictOn(archive, trusted))?.state).toBe('checked');
  });

  test('by a key that is not there is wrong', async () => {
    const { folder, archive, one } = await signed();
    const verdict = await verdictOn(archive, trustedBy(folder, { one: one.open }));
    expect(verdict?.message).toContain('none of the keys of platform.yaml (`one`)');
  });

  test.each([
    [
      'its trusted comment',
      (text: string) => text.replace('file:store', 'file:other'),
      'the trusted comment',
    ],
    ['its algorithm', (text: string) => text.replace('\nRU', '\nRW'), 'is not the one that'],
    [
      'its last line',
      (text: string) => text.replace(/.{10}==\n$/u, 'AAAAAAAAAA==\n'),
      'the trusted comment',
    ],
  ])('is wrong after a change of %s', async (_, edit, message) => {
    const { folder, archive, two, file } = await signed();
    writeFileSync(file, edit(readFileSync(file, 'latin1')));
    expect(await verdictOn(archive, trustedBy(folder, { two: two.open }))).toMatchObject({
      state: 'wrong',
      message: expect.stringContaining(message),
    });
  });

  test('of the older kind is refused for a large archive, and one of today is not', async () => {
    for (const [options, state] of [
      [['-l'], 'wrong'],
      [[], 'checked'],
    ] as const) {
      const { folder, archive, two } = await signed();
      truncateSync(archive, (64 << 20) + 1);
      await execa('minisign', ['-S', ...options, '-s', two.secret, '-m', archive]);
      expect((await verdictOn(archive, trustedBy(folder, { two: two.open })))?.state).toBe(state);
    }
  });
});
