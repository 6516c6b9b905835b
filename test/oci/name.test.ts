import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REGISTRY_HOST_FORM, registryHostMistake, repositoryMistake } from '../../src/oci/name.ts';

describe('the host of a registry', () => {
  it.each([
    'a.b',
    'a:1',
    'localhost',
    'A.example',
    '1.2.3.4:65535',
    '[::1]',
    '[fd00::1]:5000',
    'a--b.c',
  ])('may be %s', (host) => {
    expect(registryHostMistake(host)).toBeUndefined();
    expect(host).toMatch(new RegExp(REGISTRY_HOST_FORM, 'u'));
  });

  it.each([
    '',
    'a',
    'a.',
    '.a',
    '-a.b',
    'a-.b',
    'a_b.c',
    'a..b',
    'a:',
    'a:0',
    'a:01',
    'a:65536',
    'a:1:2',
    '[::1',
    '[]',
    '[1.2.3.4]',
    '[::g]',
    'a.b/c',
    'http://a.b',
    'a.b ',
    'a.b\n',
    'ä.b',
    `${'a.'.repeat(200)}b`,
  ])('must not be %j', (host) => {
    expect(registryHostMistake(host)).toMatch(/^must /u);
  });

  it('is checked in linear time', () => {
    const start = performance.now();
    for (const unit of ['a', 'a-', '-', 'a.', '[', ':', '1', '::']) {
      registryHostMistake(unit.repeat(500_000));
      new RegExp(REGISTRY_HOST_FORM, 'u').test(`${unit.repeat(10_000)}!`);
    }
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('a repository', () => {
  it.each(['a', 'a/b', 'a.b_c__d-e---f/0', 'a'.repeat(255)])('may be %s', (name) => {
    expect(repositoryMistake(name)).toBeUndefined();
  });

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    'A',
    'a..b',
    'a___b',
    '-a',
    'a-',
    'a b',
    'a:b',
    'a@b',
    '..',
    'a\n',
    'a'.repeat(256),
  ])('must not be %j', (name) => {
    expect(repositoryMistake(name)).toBeDefined();
  });

  it('is checked in linear time, whatever it is', () => {
    const start = performance.now();
    fc.assert(
      fc.property(
        fc.constantFrom('a', 'a-', '-', '_', 'a__', './', 'a/'),
        fc.nat(300),
        (unit, n) => {
          repositoryMistake(`${unit.repeat(n)}!`);
        },
      ),
    );
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
