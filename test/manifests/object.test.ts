import { readdirSync, readFileSync } from 'node:fs';
import { k8s } from 'cdk8s-plus-28';
import { expect, test } from 'vitest';
import { manifestOf, sorted } from '../../src/manifests/object.ts';
import { packageFile } from '../../src/package.ts';

test('a manifest is what cdk8s makes of the same fields', () => {
  const strategy: k8s.DeploymentStrategy = {
    rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(0) },
  };
  const container: k8s.Container = {
    name: 'app',
    command: undefined,
    resources: { requests: { cpu: k8s.Quantity.fromString('10m') } },
  };
  const props: k8s.KubeDeploymentProps = {
    metadata: { name: 'app', labels: { b: '1', a: '2' } },
    spec: {
      selector: { matchLabels: { app: 'app' } },
      strategy,
      template: { spec: { containers: [container] } },
    },
  };
  const manifest = sorted(manifestOf(k8s.KubeDeployment, props));
  expect(manifest).toEqual(sorted(k8s.KubeDeployment.manifest(props)));
  expect(manifest['spec']).toMatchObject({
    strategy: { rollingUpdate: { maxSurge: 0 } },
    template: { spec: { containers: [{ resources: { requests: { cpu: '10m' } } }] } },
  });
});

test('no manifest has a field that cdk8s alone calls so', () => {
  const renamed = renamedFields();
  expect(renamed).toContain('hostIpc');
  expect(fieldsIn('{ hostIpc: true }').filter((name) => renamed.has(name))).toEqual(['hostIpc']);
  const folder = packageFile('src/manifests');
  const files = readdirSync(folder);
  expect(files).toContain('deployment.ts');
  const found = files.flatMap((file) =>
    fieldsIn(readFileSync(`${folder}/${file}`, 'utf8'))
      .filter((name) => renamed.has(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(found).toEqual([]);
});

/**
 * The fields to which cdk8s gives another name in JSON, by the code that it generated; `$ref` and the like
 * are of CRDs, of which none is made here.
 */
function renamedFields(): Set<string> {
  const code = readFileSync(packageFile('node_modules/cdk8s-plus-28/lib/imports/k8s.js'), 'utf8');
  const fields = [...code.matchAll(/^ +'(\w+)': .*?obj\.(\w+)/gmu)];
  return new Set(fields.flatMap(([, json, name = '']) => (json === name ? [] : [name])));
}

/** Keys of object literals in source text, shorthand ones among them. */
function fieldsIn(source: string): string[] {
  return [...source.matchAll(/(?<![.\w])(\w+)(?=\s*[:,}])/gu)].map(([, name = '']) => name);
}
