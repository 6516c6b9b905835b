import { posix } from 'node:path';
import * as z from 'zod';
import { DNS_LABEL, dnsLabelMistake } from '../kubernetes/names.ts';
import { checked, dnsLabel, objectName } from './fields.ts';

/** The cluster that Argo CD itself runs in. */
const OWN_CLUSTER = 'https://kubernetes.default.svc';

/** A Flux Kustomization's name is a label's value on all that it applies, and gets a suffix of ours. */
const MAX_NAME = 50;

/** `<user>@<host>:<path>`, which is SSH to git and Argo CD, and no URL to Flux. */
const SCP_FORM = /^[\w.-]+@[\w.-]+:[^\s\p{C}]+$/u;
const URL_FORM = /^(?:https?|ssh):\/\/[^\s\p{C}/]+\/[^\s\p{C}]+$/u;

function repoMistake(url: string): string | undefined {
  return URL_FORM.test(url) || SCP_FORM.test(url)
    ? undefined
    : 'must be the URL of a Git repository, such as https://git.example/site.git';
}

function hasPassword(url: string): boolean {
  return /^[a-z]+:\/\/[^/@]*:[^/]*@/u.test(url);
}

function folderMistake(path: string): string | undefined {
  if (/[\p{C}\\]/u.test(path)) return 'must not hold control characters or `\\`';
  if (path.startsWith('/')) return 'must be relative to the top of the Git repository';
  return path.split('/').includes('..') ? 'must not hold `..`' : undefined;
}

/** What `git check-ref-format` refuses, as far as it is likely to be met. */
const REVISION_FORM = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{))[^\s\p{C}~^:?*[\\]+(?<![/.])$/u;

function revisionMistake(revision: string): string | undefined {
  return REVISION_FORM.test(revision)
    ? undefined
    : 'must be a branch, or a full name such as refs/tags/v1';
}

function nameMistake(name: string): string | undefined {
  if (name.length > MAX_NAME) {
    return `has ${name.length} characters, at most ${MAX_NAME} are allowed`;
  }
  return dnsLabelMistake(name);
}

/** Go's time.ParseDuration, as the API of Flux restricts it. */
const DURATION_FORM = /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/u;

const OF_ONE_AGENT = {
  project: 'argocd',
  destination: 'argocd',
  secret: 'flux',
  interval: 'flux',
} as const;

/** `spec.gitops` of platform.yaml, as people write it. */
export const gitopsSchema = z
  .strictObject({
    agent: z
      .enum(['none', 'argocd', 'flux'])
      .optional()
      .describe('Who applies out/: its annotations are on the manifests, its objects in gitops/'),
    repoURL: checked(repoMistake, {
      pattern: `${URL_FORM.source}|${SCP_FORM.source}`,
    })
      .optional()
      .describe('The Git repository that holds out/, as the agent reaches it; never a password'),
    path: checked(folderMistake, { pattern: String.raw`^(?!/)[^\p{C}\\]*$` })
      .optional()
      .describe('The folder of solutions.yaml in that repository; by default its top'),
    revision: checked(revisionMistake, { pattern: REVISION_FORM.source, maxLength: 255 })
      .optional()
      .describe('The branch to follow, by default main; or a full name such as refs/tags/v1'),
    name: checked(nameMistake, { pattern: DNS_LABEL.source, maxLength: MAX_NAME })
      .optional()
      .describe("What the agent's objects are called, where one agent serves several clusters"),
    namespace: dnsLabel
      .optional()
      .describe('The Namespace of these objects; by default argocd or flux-system'),
    project: objectName.optional().describe('Argo CD: the AppProject; by default `default`'),
    destination: checked(
      (text) =>
        /^[^\s\p{C}]+$/u.test(text) ? undefined : 'must be a URL or the name of a cluster',
      { pattern: String.raw`^[^\s\p{C}]+$` },
    )
      .optional()
      .describe(
        'Argo CD: the cluster, by the URL of its API server or the name that Argo CD knows; by default its own',
      ),
    secret: objectName
      .optional()
      .describe(
        'Flux: the Secret, beside these objects, with the credentials of a private repository',
      ),
    interval: checked(
      (text) => (DURATION_FORM.test(text) ? undefined : 'must be a duration, such as 5m or 1h30m'),
      { pattern: DURATION_FORM.source },
    )
      .optional()
      .describe('Flux: how often it looks for changes; by default 5m'),
  })
  .superRefine((fields, context) => {
    const { agent, repoURL } = fields;
    if (repoURL !== undefined && hasPassword(repoURL)) {
      // Of the map, because a mistake of a text shows the text.
      context.addIssue({
        code: 'custom',
        message: 'has a password in `repoURL`, and this file is committed',
        params: { hint: 'take it out, and change it; the agent has a Secret for it' },
      });
    }
    if (agent === undefined || agent === 'none') return;
    const refuse = (key: string, message: string, hint: string) =>
      context.addIssue({ code: 'custom', path: [key], message, params: { hint } });
    if (repoURL === undefined) {
      const message = `is missing, expected the repository that ${agent} reads`;
      refuse('repoURL', message, 'or set `agent: none`, where people apply out/ themselves');
    } else if (agent === 'flux' && !URL_FORM.test(repoURL)) {
      const hint = 'git@host:path is ssh://git@host/path';
      refuse('repoURL', 'must be a URL with http, https or ssh: Flux takes no other', hint);
    }
    for (const [key, owner] of Object.entries(OF_ONE_AGENT)) {
      if (owner === agent || Reflect.get(fields, key) === undefined) continue;
      refuse(key, `is for \`${owner}\`, and the agent is \`${agent}\``, 'take the line out');
    }
  })
  .meta({
    anyOf: [
      { required: ['repoURL'] },
      { properties: { agent: { const: 'none', description: 'Nobody but people' } } },
    ],
  });

/** What both agents are told of the repository, and of the objects that tell them. */
interface AgentSettings {
  readonly repoURL: string;
  /** Of the folder of solutions.yaml, without a slash at an end; '' is the top of the repository. */
  readonly path: string;
  /** A branch, or a full name that starts with `refs/`. */
  readonly revision: string;
  readonly name: string;
  readonly namespace: string;
}

/** What Argo CD is told. */
export interface ArgocdSettings extends AgentSettings {
  readonly agent: 'argocd';
  readonly project: string;
  /** A URL, or the name of a cluster. */
  readonly destination: string;
}

/** What Flux is told. */
export interface FluxSettings extends AgentSettings {
  readonly agent: 'flux';
  readonly secret: string | undefined;
  /** As Go writes durations. */
  readonly interval: string;
}

/** Who applies `out/`: an agent, or people. */
export type Gitops = { readonly agent: 'none' } | ArgocdSettings | FluxSettings;

type Fields = z.output<typeof gitopsSchema>;

/** What `spec.gitops` of platform.yaml says, with the defaults filled in. */
export function toGitops(fields: Fields | null | undefined): Gitops {
  const { agent = 'none' } = fields ?? {};
  if (!fields || agent === 'none') return { agent: 'none' };
  if (agent === 'argocd') {
    const { namespace = 'argocd', project = 'default', destination = OWN_CLUSTER } = fields;
    return { agent, ...toSource(fields), namespace, project, destination };
  }
  const { namespace = 'flux-system', secret, interval = '5m' } = fields;
  return { agent, ...toSource(fields), namespace, secret, interval };
}

function toSource({ repoURL, path = '', revision = 'main', name = 'solutions' }: Fields) {
  if (repoURL === undefined) throw new Error('the schema let this through');
  const folder = posix.normalize(path).replace(/\/$/u, '');
  return { repoURL, path: folder === '.' ? '' : folder, revision, name };
}
