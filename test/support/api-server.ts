import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { scratchFolder } from './archive-make.ts';
import { listening } from './listening.ts';

/** An object of the cluster, as far as a list is made of it. */
interface ClusterObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

interface ApiServerOptions {
  /** The status of a request for a path, instead of what is there. */
  readonly refuse?: (path: string) => number | undefined;
}

/** What discovery tells of the kinds that there are. */
const resources = {
  '/api/v1': [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  ],
  '/apis/apps/v1': [{ name: 'deployments', kind: 'Deployment', namespaced: true }],
} as const;

/**
 * An API server that only answers GETs: discovery and lists, with the selectors of labels that are
 * there and of `metadata.name`. Gives a kubeconfig for it, and the requests so far.
 */
export async function apiServer(
  objects: readonly ClusterObject[],
  { refuse }: ApiServerOptions = {},
): Promise<{ readonly kubeconfig: string; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const status = refuse?.(url.pathname) ?? (request.method === 'GET' ? 200 : 405);
    const body = status === 200 ? answer(url, objects) : refusal(status, url.pathname);
    response.writeHead(body === undefined ? 404 : status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? refusal(404, url.pathname)));
  });
  return { kubeconfig: kubeconfigFor(await listening(server)), requests };
}

/** A kubeconfig with one context, `metalk8s`, of a server at `host` without TLS. */
export function kubeconfigFor(host: string): string {
  const file = join(scratchFolder(), 'kubeconfig');
  writeFileSync(
    file,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'metalk8s', cluster: { server: `http://${host}` } }],
      users: [{ name: 'admin', user: {} }],
      contexts: [{ name: 'metalk8s', context: { cluster: 'metalk8s', user: 'admin' } }],
      'current-context': 'metalk8s',
    }),
  );
  return file;
}

function answer({ pathname, searchParams }: URL, objects: readonly ClusterObject[]): unknown {
  if (pathname === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (pathname === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [appsGroup] };
  for (const [groupVersion, kinds] of Object.entries(resources)) {
    if (pathname === groupVersion) return resourceList(groupVersion, kinds);
    for (const { name, kind } of kinds) {
      const [, namespace] =
        new RegExp(`^${groupVersion}(?:/namespaces/([^/]+))?/${name}$`, 'u').exec(pathname) ?? [];
      if (namespace === undefined && pathname !== `${groupVersion}/${name}`) continue;
      return {
        kind: `${kind}List`,
        apiVersion: versionOf(groupVersion),
        metadata: { resourceVersion: '1' },
        items: objects.filter(
          (object) => object.kind === kind && isSelected(object, { namespace, searchParams }),
        ),
      };
    }
  }
  return undefined;
}

const appsVersion = { groupVersion: 'apps/v1', version: 'v1' };
const appsGroup = { name: 'apps', versions: [appsVersion], preferredVersion: appsVersion };

function versionOf(groupVersion: string): string {
  return groupVersion.replace(/^\/apis?\//u, '');
}

function resourceList(groupVersion: string, kinds: readonly object[]): unknown {
  return {
    kind: 'APIResourceList',
    groupVersion: versionOf(groupVersion),
    resources: kinds.map((kind) => ({ singularName: '', verbs: ['get', 'list'], ...kind })),
  };
}

function isSelected(
  { metadata }: ClusterObject,
  {
    namespace,
    searchParams,
  }: { readonly namespace: string | undefined; readonly searchParams: URLSearchParams },
): boolean {
  const label = searchParams.get('labelSelector');
  const [, name] = /^metadata\.name=(.*)$/u.exec(searchParams.get('fieldSelector') ?? '') ?? [];
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    (label === null || Object.hasOwn(metadata.labels ?? {}, label)) &&
    (name === undefined || metadata.name === name)
  );
}

/** As k8s.io/apimachinery pkg/api/errors has it. */
function refusal(code: number, path: string): unknown {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    503: 'ServiceUnavailable',
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: reasons[code] ?? 'NotFound',
    message:
      code === 403 ? `${path.slice(1)} is forbidden: User "guest" cannot list it` : 'refused',
    code,
  };
}
