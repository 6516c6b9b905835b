import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { checkManifests } from '../../src/check/manifest-check.ts';
import { holdsManifests } from '../../src/check/manifest-folder.ts';
import { folderWith, reportOf, secret } from '../support/manifest-make.ts';

describe('a folder of manifests', () => {
  it.each([
    ['is one of YAML', { 'a.yaml': '' }, true],
    ['is one of JSON, at any depth', { 'a/b/c.json': '' }, true],
    ['may have a manifest.yaml', { 'manifest.yaml': 'kind: Deployment\n' }, true],
    ['is none without a file that kubectl reads', { 'a.txt': '' }, false],
    ['is none with the manifest of a Solution', { 'manifest.yaml': 'kind: Solution\n' }, false],
    ['is none with an old manifest', { 'manifest.yaml': 'kind: "SolutionConfig"\n' }, false],
    [
      'is none where it is the tree of an archive that lacks its manifest',
      { 'operator/deploy/role.yaml': '' },
      false,
    ],
    ['is none where nothing but hidden files is', { '.git/a.yaml': '' }, false],
  ])('%s', (_, files, expected) => {
    expect(holdsManifests(folderWith(Object.entries(files)))).toBe(expected);
  });

  it('may be a single file, and nothing that is not there', () => {
    const folder = folderWith([
      ['a.yaml', stringify(secret({ data: { a: 'b' } }))],
      ['b.iso', ''],
    ]);
    const file = join(folder, 'a.yaml');
    expect(['a.yaml', 'b.iso', 'c.yaml'].map((name) => holdsManifests(join(folder, name)))).toEqual(
      [true, false, false],
    );
    const report = checkManifests({ file, name: file }, []);
    expect(report.findings.map(({ rule, at }) => [rule, at?.path])).toEqual([
      ['secret-committed', 'a.yaml'],
    ]);
  });

  it('is read past a file that is no YAML, a link, and what kustomize reads', () => {
    const folder = folderWith([
      ['a.yaml', 'a: [\n'],
      ['b.yaml', stringify(secret({ data: { a: 'b' } }))],
      ['kustomization.yaml', 'resources: [b.yaml]\n'],
    ]);
    symlinkSync('b.yaml', join(folder, 'c.yaml'));
    symlinkSync('.', join(folder, 'd'));
    const { findings } = checkManifests({ file: folder, name: 'folder' }, []);
    expect(findings.map(({ rule, at }) => [rule, at?.path])).toEqual([
      ['manifest-unreadable', 'a.yaml'],
      ['secret-committed', 'b.yaml'],
    ]);
  });

  it('is told of a file that is too large to be read, and of folders that are too deep', () => {
    const deep = `${'a/'.repeat(20)}b.yaml`;
    const { findings } = reportOf([
      ['large.yaml', 'x'.repeat(5 << 20)],
      [deep, ''],
    ]);
    expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
      ['manifest-unreadable', 'over 16 folders deep'],
      [
        'manifest-unreadable',
        expect.stringMatching(/^it is no file, or has more than 4194304 bytes/u),
      ],
    ]);
  });

  it('is judged in seconds, whatever selects whatever', () => {
    const policies = Array.from({ length: 5000 }, (_, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `a${index}`, namespace: 'a' },
      spec: { podSelector: { matchLabels: { app: 'a', tier: `${index}` } } },
    }));
    const pods = Array.from({ length: 5000 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `a${index}`, namespace: 'a', labels: { app: 'a' } },
      spec: { containers: [{ name: 'a' }] },
    }));
    const items = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...policies, ...pods] });
    const start = performance.now();
    const { findings, omitted } = reportOf([['a.json', items]]);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(findings.filter(({ rule }) => rule === 'image-latest')).toHaveLength(20);
    expect(omitted).toContainEqual({ rule: 'image-latest', count: 4980 });
  });
});
