import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { emptyFolder, exampleFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';

afterAll(removeFolders);

test('list shows what is imported, active and at hand, and what runs where, and reads no archive', async () => {
  const folder = exampleFolder('metadata');
  rmSync(join(folder, 'examples/web-store-1.0.0.iso'));
  writeFileSync(join(folder, 'examples/web-store-1.1.0.iso'), 'not read');
  appendFileSync(
    join(folder, 'environments.yaml'),
    [
      '---',
      'apiVersion: solutions.metalk8s.scality.com/v1alpha1',
      'kind: Environment',
      'metadata: {name: lab}',
      'spec: {namespaces: [{name: lab-b}, {name: lab-a, solutions: [{name: web-store, version: 3}]}]}',
      '',
    ].join('\n'),
  );
  const before = snapshot(folder);
  const { exitCode, stdout, stderr } = await solutions(['list'], { cwd: folder });
  expect(stdout).toBe(
    [
      'SOLUTION     VERSION         IMAGES  DASHBOARDS  ALERTS  SIZE       ARCHIVE                         AT HAND',
      'base-images  2.3.0           4       1           1       116.0 KiB  examples/base-images-2.3.0.iso  yes',
      'web-store    1.0.0           3       0           0       150.0 KiB  examples/web-store-1.0.0.iso    no',
      'web-store    1.1.0 * latest  3       0           0       154.0 KiB  examples/web-store-1.1.0.iso    yes',
      '',
      'ENVIRONMENT  NAMESPACE   SOLUTION   VERSION',
      'lab          lab-a       web-store  3 (not imported)',
      'lab          lab-b       -          -',
      'production   production  web-store  1.0.0',
      'staging      staging     web-store  1.1.0 latest',
      '',
    ].join('\n'),
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(snapshot(folder)).toEqual(before);
});

test('list has no columns for dashboards and alerts where no version has any', async () => {
  const folder = emptyFolder();
  const apiVersion = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1';
  mkdirSync(join(folder, 'a'));
  writeFileSync(
    join(folder, 'solutions.yaml'),
    `${apiVersion}\nkind: SolutionsConfiguration\narchives: [a]\n`,
  );
  writeFileSync(
    join(folder, 'a/manifest.yaml'),
    `${apiVersion}\nkind: Solution\nmetadata: {name: shop}\nspec: {version: 1.0.0}\n`,
  );
  await solutions(['synth'], { cwd: folder });
  const { stdout } = await solutions(['list'], { cwd: folder });
  expect(stdout.split('\n')[0]).toBe('SOLUTION  VERSION  IMAGES  SIZE   ARCHIVE  AT HAND');
});

test('list as JSON has the same for programs, and names archives without a record', async () => {
  const folder = exampleFolder('metadata');
  rmSync(join(folder, 'metadata/base-images-2.3.0'), { recursive: true });
  const path = join(folder, 'solutions.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('web-store: latest', 'web-store: 1.0.0'));
  const { stdout } = await solutions(['list', '-o', 'json'], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({
    solutions: [
      {
        name: 'web-store',
        displayName: 'Web Store',
        active: '1.0.0',
        versions: [
          { version: '1.0.0', id: 'web-store-1.0.0', active: true, atHand: true, images: 3 },
          { version: '1.1.0', id: 'web-store-1.1.0', active: false, atHand: true },
        ],
      },
    ],
    environments: [
      {
        name: 'production',
        description: 'The shop that customers see',
        namespaces: [
          {
            name: 'production',
            solutions: [{ name: 'web-store', version: '1.0.0', runs: '1.0.0' }],
          },
        ],
      },
      {
        name: 'staging',
        namespaces: [{ solutions: [{ name: 'web-store', version: 'latest', runs: '1.1.0' }] }],
      },
    ],
    unrecorded: [{ archive: 'examples/base-images-2.3.0.iso', atHand: true }],
    warnings: [{ code: 'record-missing', place: { file: 'solutions.yaml', line: 8 } }],
  });
});

test('list of nothing says so', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'solutions.yaml'), '');
  const { stdout } = await solutions(['list'], { cwd: folder });
  expect(stdout).toBe('No Solution is imported.\n\nThere is no Environment.\n');
});
