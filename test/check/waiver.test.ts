import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../src/config/waivers.ts';
import { podOf, reportOf, secret } from '../support/manifest-make.ts';

function waiver(rule: string, object: Waiver['object'] = {}): Waiver {
  return {
    rule,
    object,
    reason: 'tested',
    place: { file: 'platform.yaml', line: 4, column: 5 },
  };
}

describe('a waiver', () => {
  const files = [['a.yaml', stringify(secret({ data: { a: 'b' } }))]] as const;

  it.each<[string, Waiver['object']]>([
    ['of a rule', {}],
    ['of a kind', { kind: 'Secret' }],
    ['of one object', { kind: 'Secret', name: 'a' }],
  ])('%s is shown with its reason beside the finding', (_, object) => {
    const { findings } = reportOf(files, [waiver('secret-committed', object)]);
    expect(findings.map(({ rule, waiver: why }) => [rule, why])).toEqual([
      ['secret-committed', 'tested'],
    ]);
  });

  it.each<[string, Waiver]>([
    ['of another object', waiver('secret-committed', { name: 'b' })],
    ['of a Namespace that the object is not in', waiver('secret-committed', { namespace: 'b' })],
    ['of another rule', waiver('image-latest')],
  ])('%s changes nothing, and is told to be stale', (_, one) => {
    const { findings } = reportOf(files, [one]);
    expect(findings.map(({ rule, waiver: why }) => [rule, why])).toEqual([
      ['secret-committed', undefined],
      ['waiver-stale', undefined],
    ]);
  });

  it('of one object leaves the other with its image unwaived', () => {
    const pods = ['a', 'b', 'c'].map(
      (name) => [`${name}.yaml`, stringify(podOf(name, 'shop'))] as const,
    );
    const { findings } = reportOf(pods, [waiver('image-latest', { kind: 'Pod', name: 'a' })]);
    const found = findings.filter(({ rule }) => rule === 'image-latest');
    expect(found.map(({ object, waiver: why }) => [object?.name, why])).toEqual([
      ['b', undefined],
      ['a', 'tested'],
    ]);
  });

  it('of no rule is told what was probably meant', () => {
    const { findings } = reportOf(files, [waiver('secret-comitted')]);
    expect(findings.at(-1)?.message).toBe(
      'platform.yaml:4:5: there is no rule `secret-comitted`, did you mean `secret-committed`?',
    );
  });
});
