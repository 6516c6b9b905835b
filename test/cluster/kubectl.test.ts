import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { queries } from '../../src/adopt/inventory.ts';
import { kubectlGet } from '../../src/cluster/kubectl.ts';
import { apiServer, kubeconfigFor } from '../support/api-server.ts';
import { scratchFolder, write } from '../support/archive-make.ts';
import { listening } from '../support/listening.ts';
import {
  saltDeployment,
  saltEnvironment,
  saltNamespace,
  saltSolutions,
} from '../support/salt-cluster.ts';

const root = '.';

describe('kubectl get', () => {
  it('asks for lists alone, with the selectors of MetalK8s, and gives what is there', async () => {
    const { kubeconfig, requests } = await apiServer([
      { kind: 'Namespace', metadata: { name: 'other' } },
      { kind: 'ConfigMap', metadata: { name: 'other', namespace: 'shop' } },
      saltNamespace(),
      saltEnvironment(),
      saltSolutions(),
      saltDeployment(),
    ]);
    const lists = await kubectlGet(queries, { root, kubeconfig, context: 'metalk8s' });
    expect(lists).toMatchObject([
      { kind: 'List', items: [{ kind: 'Namespace', metadata: { name: 'shop' } }] },
      { kind: 'List', items: [{ metadata: { name: 'metalk8s-solutions' } }] },
      { kind: 'List', items: [{ metadata: { name: 'metalk8s-environment' } }] },
      { kind: 'List', items: [{ kind: 'Deployment', metadata: { name: 'store-operator' } }] },
    ]);
    expect(requests.filter((line) => !line.startsWith('GET '))).toEqual([]);
    expect(requests).toContain('GET /apis/apps/v1/deployments');
  });

  it('takes a kubeconfig relative to the folder that it works in', async () => {
    const { kubeconfig } = await apiServer([saltNamespace()]);
    const access = { root: join(kubeconfig, '..'), kubeconfig: 'kubeconfig' };
    expect(await kubectlGet([['namespaces']], access)).toMatchObject([{ items: [{}] }]);
  });

  it.each([
    ['rights that are missing', 403, 'kubectl-refused', /rights to list/u],
    ['a login that is missing', 401, 'kubectl-refused', /rights to list/u],
    ['a server that is out of order', 503, 'kubectl-unreachable', /right cluster/u],
  ])('tells %s', async (_, status, code, hint) => {
    const { kubeconfig } = await apiServer([], {
      refuse: (path) => (path === '/api/v1/namespaces' ? status : undefined),
    });
    await expect(kubectlGet(queries, { root, kubeconfig })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^kubectl get namespaces .* failed: /u),
      hint: expect.stringMatching(hint),
    });
  });

  it('tells a server that is not there, once for all queries', async () => {
    const server = createServer();
    const kubeconfig = kubeconfigFor(await listening(server));
    server.close();
    await expect(kubectlGet(queries, { root, kubeconfig })).rejects.toMatchObject({
      code: 'kubectl-unreachable',
    });
  });

  it.each([
    ['a kubeconfig', { kubeconfig: '/nonexistent/kubeconfig' }],
    ['a context', { context: 'paris' }],
  ])('tells %s that is not there', async (_, access) => {
    const { kubeconfig } = await apiServer([]);
    await expect(kubectlGet(queries, { root, kubeconfig, ...access })).rejects.toMatchObject({
      code: 'kubectl-config',
      hint: expect.stringMatching(/get-contexts/u),
    });
  });

  it.each([
    ['no JSON', 'echo no resources', 'kubectl-answer'],
    ['no object', 'echo []', 'kubectl-answer'],
    ['JSON that has no end', `printf '{"a":%0.s' {1..500}`, 'kubectl-answer'],
    ['something nobody knows', 'echo "\u001B[31mbroken" >&2; exit 1', 'kubectl-failed'],
  ])('refuses a program of that name that prints %s', async (_, script, code) => {
    await expect(withKubectl(script)).rejects.toMatchObject({ code });
  });

  it('takes what nests deeper than Kubernetes does for nothing', async () => {
    const deep = `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`;
    const [answer] = await withKubectl(`echo '${deep}'`);
    expect(JSON.stringify(answer).length).toBeLessThan(deep.length);
  });
});

/** Asks a program of that name, which is alone on the PATH with a shell. */
async function withKubectl(script: string) {
  const folder = scratchFolder();
  write(folder, 'kubectl', `#!/bin/bash\n${script}\n`);
  chmodSync(join(folder, 'kubectl'), 0o755);
  pathIs(folder);
  return kubectlGet([['namespaces']], { root });
}

function pathIs(folder: string): void {
  vi.stubEnv('PATH', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

describe('kubectl', () => {
  it('is asked for where it is not on the PATH', async () => {
    pathIs(scratchFolder());
    await expect(kubectlGet(queries, { root })).rejects.toMatchObject({
      code: 'kubectl-missing',
      hint: expect.stringMatching(/--from-files/u),
    });
  });
});
