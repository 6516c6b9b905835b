import { Document, isNode } from 'yaml';
import { list } from '../model/notices.ts';
import { printable } from '../printable.ts';
import type { Adoption } from './adoption.ts';
import type { BootstrapFile } from './bootstrap-file.ts';
import type { AdoptedEnvironment } from './environments.ts';
import type { Imported } from './imported.ts';
import type { AdoptedSolution, Registry } from './operators.ts';

/** A file that people write. */
export type FileName = 'solutions.yaml' | 'environments.yaml' | 'platform.yaml';

/** The texts of the three files. */
export type AdoptedFiles = ReadonlyMap<FileName, string>;

const apiVersion = 'solutions.metalk8s.scality.com/v1alpha1';

/** The texts of the three files, with comments that say where their content is from. */
export function filesOf(adoption: Adoption, registry: Registry | undefined): AdoptedFiles {
  return new Map([
    ['solutions.yaml', solutionsText(adoption.imported)],
    ['environments.yaml', environmentsText(adoption.environments)],
    ['platform.yaml', platformText(adoption, registry)],
  ]);
}

function solutionsText({ archives, active }: Imported): string {
  const document = new Document({
    apiVersion,
    kind: 'SolutionsConfiguration',
    archives: archives.map(({ path }) => path),
    active: Object.fromEntries(active),
  });
  for (const [index, { solution, version }] of archives.entries()) {
    if (solution === undefined) continue;
    remark(document, ['archives', index], `${solution} ${version ?? ''}`);
  }
  return textOf(
    document,
    `${schemaLine('solutions')}The Solution archives that are imported, and the version of each Solution whose CRDs are in the
cluster, adopted from MetalK8s. Paths are those of its bootstrap node; relative ones would be
relative to this file.`,
  );
}

const ENVIRONMENTS = `${schemaLine('environments')}One document an Environment: its Namespaces, and the Solutions whose Operators run in them, adopted
from MetalK8s. \`hardening: compat\` is the Pod security that Salt gave, which is none: the take-over
changes nobody's. Remove it of one Solution after the other, and what platform.yaml says holds.`;

function environmentsText(environments: readonly AdoptedEnvironment[]): string {
  if (environments.length === 0) return commented(`${ENVIRONMENTS}\n\nThere is none yet.`);
  return environments
    .map((environment, index) =>
      environmentText(environment, index === 0 ? ENVIRONMENTS : undefined),
    )
    .join('---\n');
}

function environmentText(environment: AdoptedEnvironment, head: string | undefined): string {
  const { name, description, namespaces } = environment;
  const document = new Document({
    apiVersion,
    kind: 'Environment',
    metadata: { name },
    spec: {
      ...(description === undefined ? {} : { description }),
      namespaces: namespaces.map((namespace) => ({
        name: namespace.name,
        solutions: namespace.solutions.map(solutionEntry),
      })),
    },
  });
  for (const [n, { solutions }] of namespaces.entries()) {
    for (const [s, { hardening }] of solutions.entries()) {
      if (hardening !== 'compat') continue;
      remark(document, ['spec', 'namespaces', n, 'solutions', s, 'hardening'], 'as Salt made it');
    }
  }
  return textOf(document, head);
}

/** In the order in which the README shows the keys. */
function solutionEntry({ name, version, hardening, settings }: AdoptedSolution) {
  const { webhook, ...others } = settings;
  return {
    name,
    version,
    ...(webhook === undefined ? {} : { webhook }),
    ...(hardening === undefined ? {} : { hardening }),
    ...others,
  };
}

function platformText(adoption: Adoption, registry: Registry | undefined): string {
  const { bootstrap } = adoption;
  const controlPlane = bootstrap?.controlPlane ?? [];
  const document = new Document({
    apiVersion,
    kind: 'Platform',
    spec: {
      ...(registry
        ? {
            registry: {
              endpoint: registry.host,
              ...(registry.base === '' ? {} : { base: registry.base }),
            },
          }
        : {}),
      // The Pods of Solutions that come later; those that run have their own word in environments.yaml.
      hardening: 'restricted',
      ...(controlPlane.length === 0
        ? {}
        : {
            network: {
              apiServerCIDRs: [...controlPlane],
              // MetalK8s' own registry listens there; where another one is, nobody said.
              ...(registry ? {} : { registryCIDRs: [...controlPlane] }),
            },
          }),
    },
  });
  remark(document, ['spec', 'hardening'], 'of what comes later; see environments.yaml');
  const text = textOf(
    document,
    `${schemaLine('platform')}What the cluster is like, adopted from MetalK8s${bootstrap ? `: ${printable(bootstrap.file)}` : ''}. ${
      registry
        ? 'The images are in a registry of your own'
        : "Without `registry` it is MetalK8s' own"
    }.`,
  );
  const more = notes(adoption, registry);
  return more === '' ? text : `${text}\n${commented(more)}`;
}

/** What this file could say, and does not. */
function notes({ bootstrap, imported }: Adoption, registry: Registry | undefined): string {
  const folders = [...new Set(imported.archives.map(({ path }) => path.replace(/\/[^/]*$/u, '')))];
  const paragraphs = [
    ...(bootstrap ? networkNotes(bootstrap) : []),
    ...(registry || !bootstrap?.node || folders.length !== 1
      ? []
      : [
          `To leave MetalK8s' registry for one of your own, name it under \`registry\`, and let Jobs bring
the images there (docs/air-gapped.md):
  imageSync:
    image: <registry>/solutions:<version>
    archives: {node: ${bootstrap.node}, path: ${folders.join('')}}`,
        ]),
  ];
  return paragraphs.join('\n\n');
}

function networkNotes({ workloadPlane, controlPlane, archives }: BootstrapFile): string[] {
  return [
    ...(controlPlane.length === 0
      ? []
      : [
          `\`network\` holds the control plane, where the API servers and MetalK8s' registry are. It counts
once \`network.enabled: true\` renders NetworkPolicies.`,
        ]),
    ...(workloadPlane.length === 0
      ? []
      : [`The workload plane is ${list(workloadPlane)}: nothing here needs it.`]),
    ...(archives.length === 0
      ? []
      : [`MetalK8s' own archives are no Solutions: ${list(archives)}.`]),
  ];
}

/** Puts a comment behind a value. Names come from a cluster: on one line they stay a comment. */
function remark(document: Document, path: readonly (string | number)[], text: string): void {
  const node = document.getIn(path, true);
  if (isNode(node)) node.comment = ` ${printable(text)}`;
}

function textOf(document: Document, head: string | undefined): string {
  const text = document.toString({ lineWidth: 0 });
  return head === undefined ? text : `${commented(head)}${text}`;
}

/** What tells editors the schema, which `solutions init` writes. */
function schemaLine(name: string): string {
  return `yaml-language-server: $schema=./schemas/${name}.schema.json\n\n`;
}

function commented(text: string): string {
  return `${text
    .split('\n')
    .map((line) => `# ${printable(line)}`.trimEnd())
    .join('\n')}\n`;
}
