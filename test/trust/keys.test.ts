import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorsOf } from '../support/archive-errors.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { pairs, trustedBy } from '../support/trust-make.ts';

async function refusalOf(text: string) {
  const errors = await errorsOf(() => trustedBy(scratchFolder(), { vendor: text }));
  expect(errors).toHaveLength(1);
  return errors[0];
}

const privatePem = (type: 'pkcs8' | 'sec1') => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return String(privateKey.export({ format: 'pem', type }));
};

function otherPem(kind: 'x25519' | 'dsa'): string {
  const { publicKey } =
    kind === 'dsa'
      ? generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
      : generateKeyPairSync('x25519');
  return String(publicKey.export({ format: 'pem', type: 'spki' }));
}

describe('a key file', () => {
  test.each(Object.entries(pairs))('may be %s', (_, makePair) => {
    const { keys } = trustedBy(scratchFolder(), { vendor: makePair().publicKey });
    expect(keys.map(({ fingerprint }) => fingerprint)).toEqual([
      expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
    ]);
  });

  test('may be RSA in its older form, and has the same fingerprint as in the other', () => {
    const { publicKey } = pairs.RSA();
    const folder = scratchFolder();
    const older = String(publicKey.export({ format: 'pem', type: 'pkcs1' }));
    const [{ fingerprint } = {}] = trustedBy(folder, { vendor: older }).keys;
    expect(trustedBy(folder, { vendor: publicKey }).keys[0]?.fingerprint).toBe(fingerprint);
  });

  test.each([
    ['PKCS #8', privatePem('pkcs8')],
    ['SEC 1', privatePem('sec1')],
    [
      'cosign’s',
      '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAA==\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n',
    ],
    ['OpenSSH’s', '-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----\n'],
  ])('must not be a private key: %s', async (_, text) => {
    expect(await refusalOf(text)).toMatchObject({
      code: 'trust-key',
      message: '"vendor.pub" is a private key',
      place: { file: 'platform.yaml', line: 1 },
    });
  });

  test('must not be the private key of minisign', async () => {
    const folder = scratchFolder();
    await execa('minisign', ['-G', '-W', '-p', join(folder, 'pub'), '-s', join(folder, 'key')]);
    const { message } = (await refusalOf(readFileSync(join(folder, 'key'), 'utf8'))) ?? {};
    expect(message).toBe('"vendor.pub" is a private key');
  });

  const publicPem = String(
    pairs['ECDSA P-256']().publicKey.export({ format: 'pem', type: 'spki' }),
  );
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey;
  test.each([
    ['empty', '', 'is something else'],
    [
      'a certificate',
      '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n',
      'is something else',
    ],
    ['two keys', `${publicPem}${publicPem}`, 'is something else'],
    ['cut short', publicPem.slice(0, 60), 'is damaged'],
    ['another kind of key', otherPem('x25519'), 'is a key of another kind (x25519)'],
    ['an old kind of key', otherPem('dsa'), 'is a key of another kind (dsa)'],
    [
      'another curve',
      String(koblitz.export({ format: 'pem', type: 'spki' })),
      'another kind (secp256k1)',
    ],
    ['short RSA', String(small.export({ format: 'pem', type: 'spki' })), 'an RSA key of 1024 bits'],
    ['ten megabytes', 'A'.repeat(10 << 20), 'more than 1048576'],
    ['minisign’s, cut short', 'untrusted comment: a\nRWQiNwYIxuOmr9X+\n', 'is something else'],
  ])('must not be %s', async (_, text, message) => {
    const error = await refusalOf(text);
    expect(error?.code).toBe('trust-key');
    expect(error?.message).toContain(message);
    expect(error?.hint).toBeDefined();
  });

  test('of any bytes is a key or an error of ours', async () => {
    const folder = scratchFolder();
    const piece = fc.constantFrom(
      publicPem,
      '-----BEGIN PUBLIC KEY-----\n',
      'MFkwEwYH',
      '\n',
      'RWQ',
      'untrusted comment: ',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join('')),
        ),
        async (text) => {
          const errors = await errorsOf(() => trustedBy(folder, { vendor: text }));
          expect(errors.filter(({ code }) => code !== 'trust-key')).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('must be there, be a file, and be named once; all mistakes are told together', async () => {
    const folder = scratchFolder();
    const { publicKey } = pairs.Ed25519();
    const trust = { one: publicKey, two: publicKey, three: 'rubbish' };
    const errors = await errorsOf(() => {
      trustedBy(folder, trust, {
        trustedRoot: { file: 'root.json', place: { file: 'platform.yaml', line: 8 } },
      });
    });
    expect(errors.map(({ code, place }) => [code, place?.line])).toEqual([
      ['trust-key', 3],
      ['trust-root', 8],
      ['trust-key', 2],
    ]);
    mkdirSync(join(folder, 'root.json'));
    writeFileSync(join(folder, 'x'), '');
    expect(errors[1]?.message).toContain('there is no such file');
  });

  test('is not read where the policy is off', () => {
    expect(trustedBy(scratchFolder(), { vendor: 'rubbish' }, { policy: 'off' }).keys).toEqual([]);
  });
});
