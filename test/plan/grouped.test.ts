import { describe, expect, it } from 'vitest';
import { groupObjects } from '../../src/plan/grouped.ts';

interface Said {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly said: string;
}

function told(...objects: readonly Said[]): string[] {
  const named = objects.map((object) => ({ apiVersion: 'v1', ...object }));
  return groupObjects(named, ({ said }) => said).map(
    ({ kind, names, namespaces, first }) =>
      `${kind} ${names.join(' ')} in ${namespaces.join(' ')}: ${first.said}`,
  );
}

describe('objects of which the same is said', () => {
  const a = { kind: 'Role', name: 'a', namespace: 'shop', said: 'x' };

  it('are one group over their Namespaces', () => {
    expect(told(a, { ...a, namespace: 'lab' })).toEqual(['Role a in shop lab: x']);
  });

  it('are one group over their names, where those are in the same Namespaces', () => {
    const names = [a, { ...a, name: 'b' }, { ...a, namespace: 'lab' }];
    expect(told(...names, { ...a, name: 'b', namespace: 'lab' })).toEqual([
      'Role a b in shop lab: x',
    ]);
    expect(told(...names)).toEqual(['Role a in shop lab: x', 'Role b in shop: x']);
  });

  it('are apart by what is said and by kind, in the order of the first of each', () => {
    const others = [
      a,
      { ...a, name: 'b', said: 'y' },
      { ...a, kind: 'Secret' },
      { ...a, name: 'c' },
    ];
    expect(told(...others)).toEqual([
      'Role a c in shop: x',
      'Role b in shop: y',
      'Secret a in shop: x',
    ]);
  });

  it('may be of no Namespace', () => {
    const { namespace: _, ...cluster } = a;
    expect(told(cluster, { ...cluster, name: 'b' })).toEqual(['Role a b in : x']);
  });
});
