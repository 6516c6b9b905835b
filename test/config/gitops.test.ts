import { describe, expect, it } from 'vitest';
import type { Gitops } from '../../src/config/gitops.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { complaintsOf } from '../support/complaints.ts';

const URL = 'https://git.example/site.git';

function parse(settings: string): Gitops {
  const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\n';
  const text = `${head}spec:\n  gitops: {${settings}}\n`;
  return parsePlatform(Buffer.from(text), 'platform.yaml').gitops;
}

function complaints(settings: string): string[] {
  return complaintsOf(() => parse(settings)).map((line) =>
    line.replace(/^platform\.yaml:4:\d+ `spec\.gitops\.?/u, '`'),
  );
}

describe('gitops in platform.yaml', () => {
  it.each(['', 'agent: none', `agent: none, repoURL: "${URL}", interval: 1m, project: a`])(
    'names nobody with {%s}',
    (settings) => {
      expect(parse(settings)).toEqual({ agent: 'none' });
    },
  );

  it('needs no more than the agent and the repository', () => {
    const common = { repoURL: URL, path: '', revision: 'main', name: 'solutions' };
    expect(parse(`agent: argocd, repoURL: "${URL}"`)).toEqual({
      agent: 'argocd',
      ...common,
      namespace: 'argocd',
      project: 'default',
      destination: 'https://kubernetes.default.svc',
    });
    expect(parse(`agent: flux, repoURL: "${URL}"`)).toEqual({
      agent: 'flux',
      ...common,
      namespace: 'flux-system',
      secret: undefined,
      interval: '5m',
    });
  });

  it('says the rest where it is another', () => {
    const more = `repoURL: "${URL}", path: ./clusters/paris/, revision: refs/tags/v1, name: paris, namespace: cd`;
    const common = {
      repoURL: URL,
      path: 'clusters/paris',
      revision: 'refs/tags/v1',
      name: 'paris',
      namespace: 'cd',
    };
    expect(parse(`agent: argocd, ${more}, project: site, destination: paris`)).toEqual({
      agent: 'argocd',
      ...common,
      project: 'site',
      destination: 'paris',
    });
    expect(parse(`agent: flux, ${more}, secret: git, interval: 1h30m`)).toEqual({
      agent: 'flux',
      ...common,
      secret: 'git',
      interval: '1h30m',
    });
  });

  it.each([
    [
      'agent: argocd',
      '`repoURL` is missing, expected the repository that argocd reads | or set `agent: none`, where people apply out/ themselves',
    ],
    [
      'agent: flux, repoURL: "git@git.example:a/b"',
      '`repoURL` must be a URL with http, https or ssh: Flux takes no other; found "git@git.example:a/b" | git@host:path is ssh://git@host/path',
    ],
    [
      'agent: flux, repoURL: "https://me:secret@git.example/a"',
      '`` has a password in `repoURL`, and this file is committed | take it out, and change it; the agent has a Secret for it',
    ],
    [
      `agent: flux, repoURL: "${URL}", project: default`,
      '`project` is for `argocd`, and the agent is `flux`; found "default" | take the line out',
    ],
    [
      `agent: argocd, repoURL: "${URL}", interval: 5m`,
      '`interval` is for `flux`, and the agent is `argocd`; found "5m" | take the line out',
    ],
    [`agent: argocd, repoURL: "${URL}", path: a/../b`, '`path` must not hold `..`; found "a/../b"'],
    [
      `agent: argocd, repoURL: "${URL}", revision: a..b`,
      '`revision` must be a branch, or a full name such as refs/tags/v1; found "a..b"',
    ],
    [
      `agent: flux, repoURL: "${URL}", interval: 5 minutes`,
      '`interval` must be a duration, such as 5m or 1h30m; found "5 minutes"',
    ],
  ])('refuses {%s}', (settings, expected) => {
    expect(complaints(settings)).toEqual([expected]);
  });
});
