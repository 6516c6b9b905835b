import Handlebars from 'handlebars';
import type { State } from '../model/state.ts';
import { stagesOf } from './stage.ts';

/**
 * The text of `out/README.md`.
 *
 * @param template our own Handlebars source; nothing of an archive is ever run through it
 * @param files the names of the manifests, relative to `out/`
 */
export function readme(template: string, files: readonly string[], state: State): string {
  return Handlebars.compile(template, { strict: true, noEscape: true })(facts(files, state));
}

function facts(files: readonly string[], { solutions, namespaces, platform }: State) {
  return {
    serverSide: files.some((name) => name.startsWith('server-side/')),
    stages: stagesOf(files).join(', '),
    operators: namespaces.some(({ operators }) => operators.length > 0),
    argocd: platform.agent === 'argocd',
    flux: platform.agent === 'flux',
    solutions: solutions.map(({ name, versions, active }) => ({
      name,
      versions: versions.map(({ version }) => asWritten(version)).join(', '),
      active: active ? asWritten(active.version) : '-',
    })),
    placed: namespaces.flatMap((namespace) =>
      namespace.solutions.map(({ name, version }) => ({
        environment: namespace.environment,
        namespace: namespace.name,
        name,
        version: asWritten(version),
      })),
    ),
  };
}

/**
 * A version for Markdown. Nearly any text may be one: neither its signs nor its spaces may become
 * markup, and what nobody sees is replaced.
 */
function asWritten(version: string): string {
  return version
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '\u{fffd}')
    .replaceAll(/[!-,/:-@[-`{-~]/gu, (sign) => (sign === '+' ? sign : `\\${sign}`));
}
