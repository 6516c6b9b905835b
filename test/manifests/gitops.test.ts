import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Gitops } from '../../src/config/gitops.ts';
import { objectMistakes } from '../../src/kubernetes/check.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { nameOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { gitopsFolder } from '../../src/manifests/gitops.ts';
import { scratchFolder } from '../support/archive-make.ts';
import { agentMistakes } from '../support/gitops-schema.ts';
import { at, crd, folderOfScenario, renderScenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

const golden = (path: string) => join(import.meta.dirname, '..', 'golden', 'gitops', path);

const site = { repoURL: 'https://git.example/site.git', path: '', revision: 'main' };
const argocd: Gitops = {
  agent: 'argocd',
  ...site,
  name: 'solutions',
  namespace: 'argocd',
  project: 'default',
  destination: 'https://kubernetes.default.svc',
};
const flux: Gitops = {
  agent: 'flux',
  ...site,
  name: 'solutions',
  namespace: 'flux-system',
  secret: undefined,
  interval: '5m',
};

const names = ['0000-namespaces.yaml', '0400-operator.a.b.yaml', 'README.md', 'Kustomization'];

function objectsIn(files: ReadonlyMap<string, string>): JsonObject[] {
  return [...files]
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([name, text]) => readManifests(Buffer.from(text), name).map(({ value }) => value));
}

function find(files: ReadonlyMap<string, string>, kind: string, name: string): JsonObject {
  const found = objectsIn(files).find((one) => one['kind'] === kind && nameOf(one) === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

describe('gitops/', () => {
  it('is empty without an agent', () => {
    expect(gitopsFolder({ agent: 'none' }, names).size).toBe(0);
  });

  it.each<[string, Gitops]>([
    ['argocd', argocd],
    [
      'argocd elsewhere',
      { ...argocd, path: 'a/b', destination: 'paris', revision: 'refs/tags/v1' },
    ],
    ['flux', flux],
    ['flux elsewhere', { ...flux, path: 'a/b', secret: 'git', revision: 'refs/tags/v1' }],
  ])('holds what the schemas of its agent take, for %s', (_, settings) => {
    const objects = objectsIn(gitopsFolder(settings, names));
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.map(agentMistakes)).toEqual(objects.map(() => []));
    expect(objects.map(objectMistakes)).toEqual(objects.map(() => []));
    for (const object of objects) {
      expect(at(object, 'metadata', 'labels', 'app.kubernetes.io/managed-by')).toBe('solutions');
      expect(at(object, 'metadata', 'namespace')).toBe(
        settings.agent === 'none' ? '' : settings.namespace,
      );
    }
  });

  it.each([
    ['a missing path', 'Application', { spec: { project: 'a' } }],
    ['a wrong type', 'Kustomization', { spec: { prune: 'yes' } }],
  ])('would not pass those schemas with %s', (_, kind, change) => {
    const files = gitopsFolder(kind === 'Application' ? argocd : flux, names);
    const object = objectsIn(files).find((one) => one['kind'] === kind);
    expect(agentMistakes({ ...object, ...change })).not.toEqual([]);
  });

  it.each<[string, Gitops]>([
    ['application.yaml', argocd],
    ['flux.yaml', flux],
  ])('people review: %s', async (file, settings) => {
    await expect(gitopsFolder(settings, names).get(file)).toMatchFileSnapshot(golden(file));
  });

  it('has the same bytes whatever the order of the files', () => {
    for (const settings of [argocd, flux]) {
      const shuffled = gitopsFolder(settings, names.toReversed());
      expect([...shuffled]).toEqual([...gitopsFolder(settings, names)]);
    }
  });
});

function source(settings: Gitops, files: readonly string[]): unknown {
  return at(find(gitopsFolder(settings, files), 'Application', 'solutions'), 'spec', 'source');
}

describe('the Application of Argo CD', () => {
  it('reads our manifests in out/, and no others', () => {
    expect(source(argocd, names)).toMatchObject({
      path: 'out',
      directory: { include: '[0-9][0-9][0-9][0-9]-*.yaml' },
    });
  });

  it('reads server-side/ as well, where it is there', () => {
    const directory = {
      recurse: true,
      include: '{[0-9][0-9][0-9][0-9]-*.yaml,server-side/[0-9][0-9][0-9][0-9]-*.yaml}',
    };
    expect(source(argocd, [...names, 'server-side/0100-crds.b.yaml'])).toMatchObject({ directory });
  });

  it('is about the folder, the revision and the cluster that platform.yaml names', () => {
    const settings: Gitops = {
      ...argocd,
      path: 'clusters/paris',
      revision: 'v1',
      destination: 'paris',
    };
    expect(source(settings, names)).toMatchObject({
      path: 'clusters/paris/out',
      targetRevision: 'v1',
    });
    const object = find(gitopsFolder(settings, names), 'Application', 'solutions');
    expect(at(object, 'spec', 'destination')).toEqual({ name: 'paris' });
  });

  it('leaves what it applied when it is deleted', () => {
    const object = find(gitopsFolder(argocd, names), 'Application', 'solutions');
    expect(at(object, 'metadata', 'finalizers')).toBeUndefined();
  });
});

describe('the Kustomizations of Flux', () => {
  const steps = ['base', 'images', 'operators', 'monitoring'];

  it('wait for each other in the order of the stages', () => {
    const files = gitopsFolder(flux, names);
    const specs = steps.map((step) =>
      at(find(files, 'Kustomization', `solutions-${step}`), 'spec'),
    );
    expect(specs.map((spec) => at(spec, 'dependsOn', 0, 'name'))).toEqual([
      undefined,
      'solutions-base',
      'solutions-images',
      'solutions-operators',
    ]);
    for (const spec of specs) {
      expect(spec).toMatchObject({ wait: true, prune: true, deletionPolicy: 'Orphan' });
    }
    expect(specs.map((spec) => at(spec, 'path'))).toEqual(steps.map((step) => `./gitops/${step}`));
  });

  it('are those that a Kustomization of the whole folder gets, and nothing of the steps', () => {
    const files = gitopsFolder(flux, names);
    expect(parse(files.get('Kustomization') ?? '')).toMatchObject({ resources: ['flux.yaml'] });
  });

  it.each(['every setting, for Flux', 'nothing at all'])(
    'apply each object once, all of them together, with %s',
    (name) => {
      const scenario = scenarios[name] ?? {};
      const out = folderOfScenario(scenario);
      const root = written(out, gitopsFolder(flux, out.keys()));
      const built = steps.flatMap((step) => kustomize(root, `gitops/${step}`));
      const { objects } = renderScenario(scenario);
      expect(built.toSorted()).toEqual(objects.map(identity).toSorted());
      expect(kustomize(root, 'gitops')).toHaveLength(5);
    },
  );

  it('put Jobs before Operators, and the largest CRDs with the others', () => {
    const huge = crd('huge', `, description: "${'x'.repeat(260_000)}"`);
    const scenario = { ...scenarios['every setting, for Flux'] };
    const archives = [...(scenario.archives ?? []), { name: 'huge', crds: [huge] }];
    const out = folderOfScenario({
      ...scenario,
      archives,
      active: { store: '1.0.0', huge: '1.0.0' },
    });
    const root = written(out, gitopsFolder(flux, out.keys()));
    const kinds = (step: string) =>
      new Set(kustomize(root, `gitops/${step}`).map((line) => line.split(' ')[0]));
    expect(kinds('base')).toEqual(
      new Set(['Namespace', 'ConfigMap', 'CustomResourceDefinition', 'ClusterRole']),
    );
    expect(kustomize(root, 'gitops/base')).toContain(
      'CustomResourceDefinition /huge.store.example.com',
    );
    expect(kinds('images')).toContain('Job');
    expect(kinds('images')).not.toContain('Deployment');
    expect(kinds('operators')).toContain('Deployment');
    expect(kinds('operators')).not.toContain('Job');
  });
});

/** A repository with both folders. */
function written(out: ReadonlyMap<string, string>, gitops: ReadonlyMap<string, string>): string {
  const root = scratchFolder();
  const files = [
    ...[...out].map(([name, text]) => [`out/${name}`, text] as const),
    ...[...gitops].map(([name, text]) => [`gitops/${name}`, text] as const),
  ];
  for (const [name, text] of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** The objects that kustomize builds of a folder, as Flux' controller runs it. */
function kustomize(root: string, folder: string): string[] {
  const options = ['--load-restrictor', 'LoadRestrictionsNone'];
  const text = execFileSync('kubectl', ['kustomize', join(root, folder), ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return readManifests(Buffer.from(text), folder).map(({ value }) => identity(value));
}

function identity(object: JsonObject): string {
  const namespace = at(object, 'metadata', 'namespace');
  const where = typeof namespace === 'string' ? namespace : '';
  return `${textOf(object['kind'])} ${where}/${nameOf(object)}`;
}
