import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CIDR_FORM, cidrMistake } from '../../src/kubernetes/cidr.ts';

describe('a CIDR', () => {
  it.each([
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.1.2.3/32',
    '192.168.1.128/25',
    '::/0',
    'fd00::/8',
    'fd00::1/128',
    '2001:DB8::/32',
    '1:2:3:4:5:6:7:8/128',
    '1:2:3:4:5:6:7::/112',
    '::1:0/112',
  ])('may be %s', (text) => {
    expect(cidrMistake(text)).toBeUndefined();
    expect(text).toMatch(CIDR_FORM);
  });

  it.each([
    ['', 'must be a CIDR'],
    ['10.0.0.0', 'must be a CIDR'],
    ['10.0.0/8', 'must be a CIDR'],
    ['010.0.0.0/8', 'must be a CIDR'],
    ['256.0.0.0/8', 'must be a CIDR'],
    ['10.0.0.0/8/8', 'must be a CIDR'],
    ['registry.example/32', 'must be a CIDR'],
    [':::/8', 'must be a CIDR'],
    ['fe80::1%eth0/64', 'must be a CIDR'],
    ['::ffff:10.0.0.0/104', 'must be a CIDR'],
    ['10.0.0.0/33', 'must have a prefix from 0 to 32'],
    ['10.0.0.0/08', 'must have a prefix from 0 to 32'],
    ['fd00::/129', 'must have a prefix from 0 to 128'],
    ['10.0.0.1/8', 'must have no bits set behind its prefix of 8'],
    ['192.168.1.128/24', 'must have no bits set behind its prefix of 24'],
    ['fd00::1/64', 'must have no bits set behind its prefix of 64'],
    ['1:2:3:4:5:6:7::/111', 'must have no bits set behind its prefix of 111'],
  ])('must not be %j', (text, reason) => {
    expect(cidrMistake(text)).toContain(reason);
  });

  it('of all bits is any address, and of one bit less the even ones', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(cidrMistake(`${address}/32`)).toBeUndefined();
        const isEven = Number(address.split('.').at(-1)) % 2 === 0;
        expect(cidrMistake(`${address}/31`) === undefined).toBe(isEven);
      }),
    );
    fc.assert(
      fc.property(
        fc.ipV6().filter((address) => !address.includes('.')),
        (address) => {
          expect(cidrMistake(`${address}/128`)).toBeUndefined();
          const last = address.split(':').at(-1) ?? '';
          const isEven = Number.parseInt(last === '' ? '0' : last, 16) % 2 === 0;
          expect(cidrMistake(`${address}/127`) === undefined).toBe(isEven);
        },
      ),
    );
  });
});
