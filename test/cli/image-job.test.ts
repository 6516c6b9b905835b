import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fieldOf, nameOf, textOf, type JsonObject } from '../../src/kubernetes/value.ts';
import { at, find, renderScenario } from '../manifests/scenario.ts';
import { solutions } from '../support/cli.ts';
import { startRegistry } from '../support/registry-server.ts';
import { makeTwelve } from '../support/registry-set.ts';

const container = ['spec', 'template', 'spec', 'containers', 0] as const;

/** The Jobs of two versions, whose folders have names that a shell and Kubernetes know as variables. */
function jobsFor(endpoint: string) {
  const versions = ['1.0.0', '1.1.0'];
  const { objects } = renderScenario({
    archives: versions.map((version) => ({ name: 'set', version, path: `./${folder(version)}` })),
    platform: {
      registry: { endpoint, base: 'solutions', plainHTTP: true },
      imageSync: { image: 'solutions:0.1.0', archives: { claim: 'archives' } },
    },
  });
  const map = find(objects, 'ConfigMap', 'metalk8s-solutions/images-mount-from');
  return versions.map((version) => {
    const start = `images-set-${version.replaceAll('.', '-')}-`;
    const job = objects.find((object) => nameOf(object).startsWith(start));
    const from = textOf(fieldOf(map['data'], `set-${version}`)) ?? '';
    return { command: commandOf(job ?? {}), env: { SOLUTIONS_MOUNT_FROM: from } };
  });
}

function folder(version: string): string {
  return `set $(SOLUTIONS_MOUNT_FROM) $$ ${version}`;
}

/**
 * What a kubelet makes of the arguments, in which the one variable must not stand.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/third_party/forked/golang/expansion/expand.go
 */
function commandOf(job: JsonObject): string[] {
  const args = at(job, ...container, 'args');
  if (!Array.isArray(args)) throw new Error('there are no arguments');
  return args.map((text) =>
    String(text).replaceAll(/\$(?:\$|\(SOLUTIONS_MOUNT_FROM\))/gu, (found) =>
      found === '$$' ? '$' : 'put in',
    ),
  );
}

describe('the arguments of an image Job', () => {
  it('push an archive, and let the next version send no layer again', async () => {
    const archives = mkdtempSync(join(tmpdir(), 'solutions-job-'));
    onTestFinished(() => rmSync(archives, { recursive: true, force: true }));
    for (const version of ['1.0.0', '1.1.0']) makeTwelve(join(archives, folder(version)), version);
    const registry = await startRegistry();
    const uploads = async () =>
      (await registry.requests()).filter(({ method }) => method === 'PUT' || method === 'PATCH')
        .length;
    const runs = jobsFor(registry.host).map(({ command, env }) => ({
      args: command.map((word) => word.replace(/^\/archives\//u, `${archives}/`)),
      env,
    }));
    expect(runs).toHaveLength(2);

    const before = await solutions(runs[0]?.args ?? [], { env: runs[0]?.env });
    expect(before.stderr).not.toContain('error');
    expect(before.exitCode).toBe(0);
    // 31 blobs and 12 manifests.
    expect(await uploads()).toBe(43);

    const after = await solutions(runs[1]?.args ?? [], { env: runs[1]?.env });
    expect(after.stderr).not.toContain('error');
    expect(after.exitCode).toBe(0);
    expect(await uploads()).toBe(43 + 12);
    expect((await registry.requests()).filter(({ path }) => path.includes('from='))).not.toEqual(
      [],
    );
    const repositories = (await registry.requests()).map(({ path }) => path);
    expect(repositories.some((path) => path.startsWith('/v2/solutions/set-1.1.0/image-0/'))).toBe(
      true,
    );
  });

  it('push an archive that is the only one, too, whose layers are nowhere yet', async () => {
    const archives = mkdtempSync(join(tmpdir(), 'solutions-job-'));
    onTestFinished(() => rmSync(archives, { recursive: true, force: true }));
    makeTwelve(join(archives, 'set'));
    const registry = await startRegistry();
    const { objects } = renderScenario({
      archives: [{ name: 'set', path: 'set' }],
      platform: {
        registry: { endpoint: registry.host, plainHTTP: true },
        imageSync: { image: 'solutions:0.1.0', archives: { claim: 'archives' } },
      },
    });
    const job = objects.find(({ kind }) => kind === 'Job') ?? {};
    const command = commandOf(job).map((word) => word.replace(/^\/archives\//u, `${archives}/`));
    const { exitCode, stderr } = await solutions(command);
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
    const requests = await registry.requests();
    expect(requests.filter(({ method }) => method === 'PUT')).toHaveLength(43);
    // As many as without anything to mount from: a mount that fails is the start of an upload.
    expect(requests.length).toBeLessThanOrEqual(136);
  });
});
