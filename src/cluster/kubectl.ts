import { execa } from 'execa';
import { mistakeOf } from '../errors.ts';
import { jsonIn } from '../kubernetes/json-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../kubernetes/value.ts';

/** What kubectl fails with here. */
type KubectlCode =
  | 'kubectl-missing'
  | 'kubectl-config'
  | 'kubectl-unreachable'
  | 'kubectl-refused'
  | 'kubectl-answer'
  | 'kubectl-failed';

/** Which cluster, and as whom: kubectl's own flags; without them its own defaults. */
export interface ClusterAccess {
  /** The folder that a relative path is relative to. */
  readonly root: string;
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

const mistake = mistakeOf<KubectlCode>();

/** What one request may take; kubectl asks several times where there is much, 500 objects each. */
const REQUEST_TIMEOUT = '30s';
const TIMEOUT = 120_000;
/** Of one answer, in bytes: all Deployments of a cluster with ten thousand of them. */
const MAX_ANSWER = 128 << 20;
/** Kubernetes' own objects are below 20; whoever walks a value needs a bound. */
const MAX_DEPTH = 100;

/**
 * `kubectl get` of each query, as JSON: reads alone, and nothing that kubectl 1.20 does not know.
 *
 * @param queries - what follows `kubectl get`
 * @returns what it printed for each of them: an object, or a list
 * @throws SolutionsError with a {@link KubectlCode}, or several in an AggregateError
 */
export async function kubectlGet(
  queries: readonly (readonly string[])[],
  access: ClusterAccess,
): Promise<JsonObject[]> {
  const answers: JsonObject[] = [];
  // One after the other: what fails for the first fails for all, and is told once.
  for (const query of queries) answers.push(await getOne(query, access));
  return answers;
}

async function getOne(
  query: readonly string[],
  { root, kubeconfig, context }: ClusterAccess,
): Promise<JsonObject> {
  const args = [
    'get',
    ...query,
    '--output=json',
    `--request-timeout=${REQUEST_TIMEOUT}`,
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
  ];
  const { exitCode, stdout, stderr, code, timedOut, isMaxBuffer } = await execa('kubectl', args, {
    cwd: root,
    reject: false,
    timeout: TIMEOUT,
    maxBuffer: MAX_ANSWER,
    // Nobody is there to be asked for a password; messages are compared.
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
  });
  const what = `kubectl get ${query.join(' ')}`;
  if (code === 'ENOENT') throw missing();
  if (timedOut) throw unreachable(`${what} takes longer than ${TIMEOUT / 1000} s`);
  if (isMaxBuffer) throw tooMuch(what);
  if (exitCode === 0) return parse(stdout, what);
  throw failure(stderr, what);
}

function missing() {
  return mistake('kubectl-missing', 'kubectl is not on the PATH', {
    hint: 'install it, or save the objects where it is, and name their folder with `--from-files`',
  });
}

function unreachable(message: string) {
  return mistake('kubectl-unreachable', message, {
    hint: 'is it the right cluster? `--context` and `--kubeconfig` choose one; the kubeconfig of a MetalK8s bootstrap node is /etc/kubernetes/admin.conf',
  });
}

function tooMuch(what: string) {
  return mistake('kubectl-answer', `${what} prints more than ${MAX_ANSWER} bytes`, {
    hint: 'save the objects of the Environments alone, and name their folder with `--from-files`',
  });
}

/** What kubectl says, by what its messages hold (k8s.io/kubectl pkg/cmd/util/helpers.go). */
const FAILURES: readonly (readonly [RegExp, KubectlCode, string])[] = [
  [
    /\(Forbidden\)|\(Unauthorized\)|must be logged in/u,
    'kubectl-refused',
    'this user needs the rights to list Namespaces, ConfigMaps and Deployments in the whole cluster: those of MetalK8s are in /etc/kubernetes/admin.conf on the bootstrap node',
  ],
  [
    /context was not found|does not exist|[Ee]rror in configuration|[Ii]nvalid configuration|[Ee]rror loading config|no such file or directory/u,
    'kubectl-config',
    '`kubectl config get-contexts` lists what `--context` may be; `--kubeconfig` names another file',
  ],
];

const UNREACHABLE =
  /[Cc]onnection to the server|Unable to connect|connection refused|no such host|[Tt]imeout|deadline exceeded|ServiceUnavailable/u;

/** More of what it said helps nobody. */
const MAX_SAID = 500;

function failure(stderr: string, what: string) {
  const said = stderr.trim().slice(0, MAX_SAID);
  const message = `${what} failed: ${said}`;
  const [, code, hint] = FAILURES.find(([pattern]) => pattern.test(said)) ?? [];
  if (code !== undefined) return mistake(code, message, { hint });
  return UNREACHABLE.test(said) ? unreachable(message) : mistake('kubectl-failed', message);
}

function parse(text: string, what: string): JsonObject {
  const value = jsonOf(jsonIn(text), 0);
  if (isJsonObject(value)) return value;
  throw mistake('kubectl-answer', `${what} printed no object`, {
    hint: 'is it a kubectl of Kubernetes? `kubectl version` tells',
  });
}

/** A value of JSON, or nothing where it is none, or deeper than anything of Kubernetes is. */
function jsonOf(value: unknown, depth: number): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => jsonOf(item, depth + 1) ?? null);
  const entries = Object.entries(value).map(([key, entry]: [string, unknown]): [string, Json] => [
    key,
    jsonOf(entry, depth + 1) ?? null,
  ]);
  return Object.fromEntries(entries);
}
