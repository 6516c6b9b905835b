import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { solutionsErrors, type SolutionsError } from '../../src/errors.ts';
import { readManifests } from '../../src/kubernetes/read.ts';
import { nameOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { folderOf } from '../../src/manifests/folder.ts';
import {
  crd,
  folderOfScenario,
  readmeTemplate,
  renderScenario,
  role,
  storeWith,
} from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** A CRD with a description that makes it `size` bytes larger. */
function largeCrd(plural: string, size: number, letter = 'x'): string {
  return crd(plural, `, description: "${letter.repeat(size)}"`);
}

function folderWith(...crds: readonly string[]): Map<string, string> {
  return folderOfScenario({ archives: [{ crds }], active: { store: '1.0.0' } });
}

function isLarge(text: string): boolean {
  return folderWith(text).has('server-side/0100-crds.store.yaml');
}

/** The objects of a file as `<kind> <name>`. */
function namesIn(text: string): string[] {
  return readManifests(Buffer.from(text), 'out').map(
    ({ value }) => `${textOf(value['kind']).toLowerCase()} ${nameOf(value)}`,
  );
}

function ingress(version: string): JsonObject {
  return {
    apiVersion: `networking.k8s.io/${version}`,
    kind: 'Ingress',
    metadata: { name: 'ui', namespace: 'shop' },
  };
}

/** Writes the files to a folder, with what `synth` adds to them. */
function written(files: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of new Map(files).set('SHA256SUMS', `${'0'.repeat(64)}  a.yaml\n`)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function kubectl(...args: readonly string[]): string[] {
  const text = execFileSync('kubectl', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text.split('\n').filter((line) => line !== '');
}

function errorsOf(work: () => unknown): SolutionsError[] {
  try {
    work();
  } catch (error) {
    return solutionsErrors(error);
  }
  return [];
}

describe('a CRD too large for client-side apply', () => {
  const files = folderWith(largeCrd('small', 1000), largeCrd('large', 260_000));

  it('goes to server-side/, the others stay', () => {
    expect([...files.keys()]).toEqual([
      '0000-namespaces.yaml',
      '0100-crds.store.yaml',
      'server-side/0100-crds.store.yaml',
      'Kustomization',
      'README.md',
    ]);
    expect(files.get('0100-crds.store.yaml')).toContain('small.store.example.com');
    expect(files.get('0100-crds.store.yaml')).not.toContain('large.store.example.com');
    expect(files.get('server-side/0100-crds.store.yaml')).toContain('large.store.example.com');
  });

  it('is in Kustomization, and both it and README.md say how to apply it', () => {
    const kustomization = files.get('Kustomization') ?? '';
    expect(parse(kustomization)).toMatchObject({
      resources: [
        '0000-namespaces.yaml',
        '0100-crds.store.yaml',
        'server-side/0100-crds.store.yaml',
      ],
    });
    expect(kustomization).toContain('kubectl apply --server-side -k');
    expect(files.get('README.md')).toContain('kubectl apply --server-side -f out/server-side/\n');
    const small = folderWith(largeCrd('small', 1000));
    expect(small.get('Kustomization')).not.toContain('server-side');
    expect(small.get('README.md')).not.toContain('server-side/');
  });

  it('is one whose JSON, as Go writes it, is over 250,000 bytes', () => {
    const rest = 700;
    expect(isLarge(largeCrd('a', 250_000 - rest))).toBe(false);
    expect(isLarge(largeCrd('a', 250_000))).toBe(true);
    // `<` is six bytes, `é` two.
    expect(isLarge(largeCrd('a', (250_000 - rest) / 6, '<'))).toBe(false);
    expect(isLarge(largeCrd('a', 250_000 / 6, '<'))).toBe(true);
    expect(isLarge(largeCrd('a', 125_000, 'é'))).toBe(true);
  });

  it('is refused where no cluster could store it', () => {
    const [error, ...others] = errorsOf(() => folderWith(largeCrd('huge', 1_600_000)));
    expect(others).toEqual([]);
    expect(error).toMatchObject({
      code: 'object-too-large',
      place: { file: 'metadata/store-1.0.0/operator/deploy/crds/0_crd.yaml', line: 1, column: 1 },
    });
    expect(error?.message).toMatch(
      /^CustomResourceDefinition huge\.store\.example\.com has 1600\d{3} bytes of JSON, more than 1500000$/u,
    );
  });
});

describe('what an API server would refuse', () => {
  it('any other object over the limit', () => {
    const roles = role('ClusterRole', 'wide', 'x'.repeat(260_000));
    const scenario = { archives: [{ roles }], environments: storeWith({}) };
    expect(errorsOf(() => folderOfScenario(scenario))).toMatchObject([
      {
        code: 'object-too-large',
        place: { file: 'metadata/store-1.0.0/operator/deploy/role.yaml', line: 1 },
        hint: expect.stringContaining('kubectl cannot apply'),
      },
    ]);
  });

  it('names and labels, all of them together, each with its file', () => {
    const archives = [
      { roles: role('Role', '"a/b"'), crds: [crd('things', '', ', labels: {"a b": c}')] },
    ];
    const scenario = { archives, active: { store: '1.0.0' }, environments: storeWith({}) };
    const errors = errorsOf(() => folderOfScenario(scenario));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['invalid-object']));
    expect(errors.map(({ place }) => place?.file)).toEqual(
      expect.arrayContaining([
        'metadata/store-1.0.0/operator/deploy/crds/0_crd.yaml',
        'metadata/store-1.0.0/operator/deploy/role.yaml',
      ]),
    );
    expect(errors.every(({ hint }) => hint !== undefined)).toBe(true);
  });

  it('a role and a CRD that are not of the shape that Kubernetes has, each at its document', () => {
    const good = role('ClusterRole', 'good');
    const scenario = {
      archives: [
        {
          roles: `${good}---\n${role('ClusterRole', 'bad').replace('[get]', 'get')}`,
          crds: [crd('things', ', propertys: {}')],
        },
      ],
      active: { store: '1.0.0' },
      environments: storeWith({}),
    };
    expect(errorsOf(() => folderOfScenario(scenario))).toMatchObject([
      {
        message: expect.stringMatching(/schema\.openAPIV3Schema\.propertys is no field/u),
        place: { file: 'metadata/store-1.0.0/operator/deploy/crds/0_crd.yaml', line: 1 },
      },
      {
        message: 'the API server would refuse ClusterRole bad: rules[0].verbs must be a list',
        hint: 'it is the vendor who must correct it',
        place: { file: 'metadata/store-1.0.0/operator/deploy/role.yaml', line: 6, column: 1 },
      },
    ]);
  });

  it('an Operator, in environments.yaml where it is asked for', () => {
    const scenario = { environments: storeWith({ env: [{ name: 'a', value: 'b' }] }) };
    const places = renderScenario(scenario).manifests.flatMap((manifest) =>
      [...manifest.places].filter(([object]) => object['kind'] === 'Deployment'),
    );
    expect(places.map(([, place]) => place)).toMatchObject([
      { file: 'environments.yaml', line: 9 },
    ]);
  });

  it('an object that two files would define, in any version of its API', () => {
    const { manifests, state } = renderScenario({ archives: [] });
    const files = [
      ...manifests,
      { file: 'a.yaml', objects: [ingress('v1')], places: new Map() },
      { file: 'b.yaml', objects: [ingress('v1beta1')], places: new Map() },
    ];
    expect(errorsOf(() => folderOf(files, state, readmeTemplate))).toMatchObject([
      {
        code: 'duplicate-object',
        message: 'Ingress shop/ui would be rendered twice, in a.yaml and b.yaml',
      },
    ]);
  });
});

describe('kubectl', () => {
  const scenario = {
    ...scenarios['every setting'],
    archives: [
      ...(scenarios['every setting']?.archives ?? []),
      { name: 'huge', crds: [largeCrd('huge', 260_000)] },
    ],
    active: { store: '1.0.0', huge: '1.0.0' },
  };
  const files = folderOfScenario(scenario);
  const { manifests } = renderScenario(scenario);

  it('reads the manifests in the order of their names, and nothing else in the folder', () => {
    const applied = kubectl('label', '--local', '-o', 'name', '-f', written(files), 'a=b');
    const said = applied.map((line) => {
      const [kind = '', name] = line.split('/');
      return `${kind.split('.', 1)[0]} ${name}`;
    });
    const read = [...files.keys()].filter((name) => /^[^/]*\.yaml$/u.test(name)).toSorted();
    expect(said).toEqual(read.flatMap((name) => namesIn(files.get(name) ?? '')));
    expect(said[0]).toBe('namespace metalk8s-solutions');
    expect(said).not.toContain('customresourcedefinition huge.store.example.com');
  });

  it('kustomize gives every object, those of server-side/ among them', () => {
    const text = kubectl('kustomize', written(files));
    const count = manifests.reduce((sum, { objects }) => sum + objects.length, 0);
    expect(text.filter((line) => line.startsWith('kind: '))).toHaveLength(count);
    expect(text).toContain('  name: huge.store.example.com');
  });

  it('kustomize changes no 64-bit bound and no null', () => {
    const text = crd('things', ', maximum: 9223372036854775807, default: null, enum: ["on", null]');
    const lines = kubectl('kustomize', written(folderWith(text)));
    expect(lines).toEqual(
      expect.arrayContaining([
        '        maximum: 9223372036854775807',
        '        default: null',
        '        - "on"',
        '        - null',
      ]),
    );
  });
});
