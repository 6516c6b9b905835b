import Handlebars from 'handlebars';
import { stringify } from 'yaml';
import { throwAll } from '../errors.ts';
import { printManifests } from '../kubernetes/print.ts';
import type { State } from '../model/state.ts';
import { needsServerSide, refusals } from './refusal.ts';
import type { ManifestFile } from './render.ts';

/**
 * The files of `out/`: the manifests, printed, and what tells people and kustomize about them.
 *
 * @param readme the Handlebars source of README.md
 * @throws SolutionsError, or several in an AggregateError: what the API server would refuse.
 */
export function folderOf(
  rendered: readonly ManifestFile[],
  state: State,
  readme: string,
): Map<string, string> {
  const manifests = rendered.flatMap(splitBySize);
  throwAll(refusals(manifests));
  const names = manifests.map(({ file }) => file).toSorted();
  return new Map([
    ...manifests.map(({ file, objects }): [string, string] => [file, printManifests(objects)]),
    ['Kustomization', kustomization(names)],
    [
      'README.md',
      Handlebars.compile(readme, { strict: true, noEscape: true })(facts(names, state)),
    ],
  ]);
}

/** CRDs too large for client-side apply move to a folder that `kubectl apply -f out/` skips. */
function splitBySize({ file, objects }: ManifestFile): ManifestFile[] {
  if (!file.startsWith('0100-')) return [{ file, objects }];
  const large = objects.filter(needsServerSide);
  const small = objects.filter((object) => !large.includes(object));
  return [
    { file, objects: small },
    { file: `server-side/${file}`, objects: large },
  ].filter((part) => part.objects.length > 0);
}

/** Without a `.yaml`: kubectl would try to apply it, Argo CD and Flux find it all the same. */
function kustomization(resources: readonly string[]): string {
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
  });
}

function facts(names: readonly string[], { solutions, namespaces }: State) {
  return {
    serverSide: names.some((name) => name.startsWith('server-side/')),
    solutions: solutions.map(({ name, versions, active }) => ({
      name,
      versions: versions.map(({ version }) => version).join(', '),
      active: active?.version ?? '-',
    })),
    placed: namespaces.flatMap((namespace) =>
      namespace.solutions.map((solution) => ({
        environment: namespace.environment,
        namespace: namespace.name,
        ...solution,
      })),
    ),
  };
}
