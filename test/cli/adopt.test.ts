import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { apiServer } from '../support/api-server.ts';
import { makeTree } from '../support/archive-make.ts';
import { emptyFolder, removeFolders, snapshot, solutions } from '../support/cli.ts';
import {
  saltDeployment,
  saltEnvironment,
  saltNamespace,
  saltSolutions,
  savedList,
  type SaltOperatorText,
} from '../support/salt-cluster.ts';

afterAll(removeFolders);

const bootstrap = `apiVersion: metalk8s.scality.com/v1alpha3
kind: BootstrapConfiguration
networks:
  controlPlane: {cidr: 10.0.0.0/24}
  workloadPlane: {cidr: 10.0.1.0/24}
ca: {minion: bootstrap}
archives: [/archives/metalk8s.iso]
`;

/** A folder with the archives of `store` in it and, in saved/, what a cluster holds of them. */
function savedCluster(operator: SaltOperatorText = {}): string {
  const root = emptyFolder();
  for (const version of ['1.0.0', '1.1.0']) makeTree(join(root, `store-${version}`), { version });
  mkdirSync(join(root, 'saved'));
  writeFileSync(join(root, 'saved/bootstrap.yaml'), bootstrap);
  writeFileSync(join(root, 'saved/cluster.yaml'), savedList(...clusterOf(root, operator)));
  return root;
}

function clusterOf(root: string, operator: SaltOperatorText = {}) {
  return [
    saltSolutions([
      { version: '1.0.0', archive: join(root, 'store-1.0.0') },
      { version: '1.1.0', archive: join(root, 'store-1.1.0'), active: false },
    ]),
    saltNamespace('shop', 'production', 'What customers see'),
    saltEnvironment('shop'),
    saltDeployment({ webhook: true, ...operator }),
  ];
}

/** The Deployment in out/ as plain values. */
function renderedDeployment(root: string) {
  const file = readFileSync(join(root, 'out/0400-operator.shop.store.yaml'), 'utf8');
  return parseAllDocuments(file)
    .map((document) => document.toJS())
    .find(({ kind }) => kind === 'Deployment');
}

/** Without the cache, which learns what it did not dare to believe of files that are seconds old. */
function snapshotOf(root: string): Map<string, string> {
  return new Map([...snapshot(root)].filter(([name]) => !name.startsWith('.solutions/')));
}

describe('adopt, then synth', () => {
  it('renders Deployments that take the running ones over: names, labels, selector, Pod', async () => {
    const root = savedCluster({ spec: { replicas: 2 } });
    const adopted = await solutions(['adopt', '--from-files', 'saved', '-C', root]);
    expect(adopted).toMatchObject({ exitCode: 0 });
    expect(adopted.stdout).toMatch(/^environments\.yaml written$/mu);
    expect(await solutions(['synth', '-C', root])).toMatchObject({ exitCode: 0 });
    const running = saltDeployment({ webhook: true });
    const rendered = renderedDeployment(root);
    expect(rendered.metadata.name).toBe(running.metadata.name);
    const {
      heritage: _,
      'metalk8s.scality.com/version': _version,
      ...labels
    } = running.metadata.labels;
    expect(rendered.metadata.labels).toMatchObject({
      ...labels,
      'app.kubernetes.io/managed-by': 'solutions',
    });
    expect(rendered.spec.selector).toEqual(running.spec.selector);
    expect(rendered.spec.replicas).toBe(2);
    const [ran] = running.spec.template.spec.containers;
    const [container] = rendered.spec.template.spec.containers;
    expect(container).toMatchObject({ command: ran?.command, env: ran?.env });
    expect(container.image.split('@')[0]).toBe(ran?.image);
    expect(container.volumeMounts).toEqual(ran?.volumeMounts);
    expect(container).not.toHaveProperty('securityContext');
  });

  it('ends with what will differ and why, and that is what differs', async () => {
    const root = savedCluster();
    const { stdout } = await solutions([
      'adopt',
      '--from-files',
      'saved',
      '-C',
      root,
      '-o',
      'json',
    ]);
    const { changes, untold, takeOver, errors } = JSON.parse(stdout);
    expect([untold, errors]).toEqual([[], []]);
    const paths = changes.map(({ path }: { path: string }) => path);
    expect(paths).toEqual([
      'metadata.annotations[solutions.metalk8s.scality.com/rendered-from]',
      'metadata.labels[app.kubernetes.io/managed-by]',
      'metadata.labels.heritage',
      'metadata.labels[metalk8s.scality.com/version]',
      'spec.strategy.rollingUpdate.maxSurge',
      'spec.strategy.rollingUpdate.maxUnavailable',
      'spec.template.metadata.annotations[solutions.metalk8s.scality.com/config-checksum]',
      'spec.template.metadata.labels[app.kubernetes.io/managed-by]',
      'spec.template.metadata.labels.heritage',
      'spec.template.spec.containers[store-operator].image',
    ]);
    expect(changes.at(-1)).toMatchObject({
      why: 'the same image, named by its digest, too',
      deployments: ['shop/store-operator'],
    });
    expect(takeOver).toEqual([
      'solutions synth',
      'kubectl diff -f out/',
      'kubectl replace --save-config -f out/0400-operator.shop.store.yaml',
      'kubectl apply -f out/',
    ]);
    await solutions(['synth', '-C', root]);
    const { image } = renderedDeployment(root).spec.template.spec.containers[0];
    expect(image.startsWith(changes.at(-1).rendered.replace(/\.\.\.$/u, ''))).toBe(true);
    expect(readdirSync(join(root, 'out'))).toContain('0400-operator.shop.store.yaml');
  });

  it('says what cannot be told where an archive is not at hand, and tells the rest', async () => {
    const root = savedCluster();
    const other = [
      saltNamespace('mall'),
      saltEnvironment('mall', { depot: '3.0.0' }),
      saltDeployment({ solution: 'depot', version: '3.0.0', namespace: 'mall' }),
    ];
    const all = saltSolutions([
      { version: '1.0.0', archive: join(root, 'store-1.0.0') },
      { name: 'depot', version: '3.0.0', archive: '/nowhere/depot.iso' },
    ]);
    const cluster = [all, ...clusterOf(root).slice(1), ...other];
    writeFileSync(join(root, 'saved/cluster.yaml'), savedList(...cluster));
    const { exitCode, stdout, stderr } = await solutions([
      'adopt',
      '--from-files',
      'saved',
      '-C',
      root,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('What changes in mall/depot-operator beside this');
    expect(stdout).toContain('the same image, named by its digest, too (shop/store-operator)');
    expect(stderr).toContain('neither an archive at "/nowhere/depot.iso"');
  });

  it('fails for a selector that no apply can change, the files written all the same', async () => {
    const selector = { matchLabels: { name: 'store-operator' } };
    const root = savedCluster({ spec: { selector } });
    const { exitCode, stderr } = await solutions(['adopt', '--from-files', 'saved', '-C', root]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: saved\/cluster\.yaml:\d+:\d+: the Deployment shop\/store-op/mu);
    expect(stderr).toContain('kubectl delete deployment store-operator --namespace=shop');
    expect(readdirSync(root)).toContain('environments.yaml');
  });
});

describe('adopt', () => {
  it('reads a cluster through kubectl as it reads saved files', async () => {
    const root = savedCluster();
    const { kubeconfig } = await apiServer(clusterOf(root));
    const args = ['adopt', '--dry-run', '-C', root];
    const live = await solutions([
      ...args,
      '--kubeconfig',
      kubeconfig,
      '--context',
      'metalk8s',
      '--bootstrap-file',
      'saved/bootstrap.yaml',
    ]);
    expect(live).toMatchObject({ exitCode: 0 });
    const saved = await solutions([...args, '--from-files', 'saved']);
    expect(live.stdout).toBe(saved.stdout);
    expect(live.stdout).toContain('==> platform.yaml <==');
  });

  it('writes nothing in a dry run, and nothing of what is there already', async () => {
    const root = savedCluster();
    const before = snapshot(root);
    await solutions(['adopt', '--from-files', 'saved', '--dry-run', '-C', root]);
    expect(snapshot(root)).toEqual(before);
    await solutions(['adopt', '--from-files', 'saved', '-C', root]);
    const written = snapshotOf(root);
    const again = await solutions(['adopt', '--from-files', 'saved', '-C', root]);
    expect(again.stdout).toMatch(/^solutions\.yaml unchanged$/mu);
    expect(snapshotOf(root)).toEqual(written);
  });

  it('refuses to replace a file that says something, unless told to; comments say nothing', async () => {
    const root = savedCluster();
    writeFileSync(join(root, 'environments.yaml'), '# none yet\n');
    writeFileSync(join(root, 'platform.yaml'), 'x: [\n');
    const api = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\n';
    const mine = `${api}kind: SolutionsConfiguration\narchives: [/mine.iso]\n`;
    writeFileSync(join(root, 'solutions.yaml'), mine);
    const args = ['adopt', '--from-files', 'saved', '-C', root];
    const refused = await solutions(args);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr.match(/says something already/gu)).toHaveLength(2);
    expect(readFileSync(join(root, 'solutions.yaml'), 'utf8')).toBe(mine);
    expect(readFileSync(join(root, 'environments.yaml'), 'utf8')).toBe('# none yet\n');
    expect(await solutions([...args, '--overwrite'])).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(root, 'solutions.yaml'), 'utf8')).toContain('store-1.0.0');
  });

  it.each([
    ['a folder that is not there', ['--from-files', 'nowhere'], 1, /nowhere: .*ENOENT/u],
    ['a folder without files', ['--from-files', 'empty'], 1, /holds no \.yaml/u],
    [
      'a file that is a folder',
      ['--from-files', 'saved', '--solutions-file', 'saved'],
      1,
      /no file/u,
    ],
    [
      'the wrong file',
      ['--from-files', 'saved', '--solutions-file', 'saved/bootstrap.yaml'],
      1,
      /holds no SolutionsConfiguration/u,
    ],
    [
      'an impossible registry',
      ['--from-files', 'saved', '--registry', 'a b'],
      1,
      /the registry "a b"/u,
    ],
    ['two sources', ['--from-files', 'saved', '--context', 'x'], 2, /cannot be used with/u],
  ])('refuses %s', async (_, args, code, message) => {
    const root = savedCluster();
    mkdirSync(join(root, 'empty'));
    const before = snapshot(root);
    const { exitCode, stderr } = await solutions(['adopt', '-C', root, ...args]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
    expect(snapshot(root)).toEqual(before);
  });

  it('never sends control characters of a cluster to the terminal', async () => {
    const root = emptyFolder();
    mkdirSync(join(root, 'saved'));
    const evil = '\u001B[2J\u202E\nevil: true';
    writeFileSync(
      join(root, 'saved/cluster.yaml'),
      savedList(
        saltSolutions([{ version: `1${evil.slice(0, 4)}` }]),
        saltNamespace('shop', 'shop', evil),
        saltEnvironment('shop', { store: '1.0.0' }),
        saltDeployment({ container: { args: [evil] } }),
      ),
    );
    const { stdout, stderr } = await solutions([
      'adopt',
      '--from-files',
      'saved',
      '--dry-run',
      '-C',
      root,
    ]);
    expect(`${stdout}${stderr}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(stdout).not.toMatch(/^evil/mu);
  });
});
