import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  IMAGE_FORM,
  imageMistake,
  REGISTRY_HOST_FORM,
  registryHostMistake,
  repositoryMistake,
} from '../../src/oci/name.ts';

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

describe('the image of a Pod', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;

  it.each([
    'a:1',
    'solutions/solutions:0.1.0',
    'registry.example:5000/solutions:0.1.0',
    `registry.example:5000/a/b__c@${digest}`,
    `localhost/a:1.0_x@${digest}`,
    '[::1]:5000/a:1',
    'Registry.Example/a:V1',
  ])('may be %s', (image) => {
    expect(imageMistake(image)).toBeUndefined();
    expect(image).toMatch(new RegExp(IMAGE_FORM, 'u'));
  });

  it.each([
    ['', 'must be an image'],
    [':1', 'must be an image'],
    ['A:1', 'must be an image'],
    ['registry.example:5000/A:1', 'must be an image'],
    ['https://registry.example/a:1', 'must be an image'],
    ['registry.example/a b:1', 'must be an image'],
    ['registry.example/:1', 'must be an image'],
    ['a//b:1', 'must be an image'],
    [`${'a/'.repeat(300)}b:1`, 'must be an image'],
    ['registry.example:5000/a', 'neither a tag nor a digest'],
    ['a', 'neither a tag nor a digest'],
    ['a:', 'has a tag that is none'],
    ['a:-1', 'has a tag that is none'],
    [`a:${'1'.repeat(129)}`, 'has a tag that is none'],
    ['a@sha256:00', 'has a digest that is none'],
    [`a:1@${digest}0`, 'has a digest that is none'],
    [`a@${digest.toUpperCase()}`, 'has a digest that is none'],
  ])('must not be %j', (image, reason) => {
    expect(imageMistake(image)).toContain(reason);
  });

  it('is checked in linear time', () => {
    const start = performance.now();
    for (const unit of ['a', ':', '@', '/', 'a:', 'a@', 'a/']) imageMistake(unit.repeat(100_000));
    expect(performance.now() - start).toBeLessThan(500);
  });
});
