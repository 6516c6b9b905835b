import type { Gitops } from '../config/gitops.ts';
import { printManifests } from '../kubernetes/print.ts';
import { application } from './argocd.ts';
import { FLUX_NAMES, fluxFiles } from './flux.ts';
import { isServerSide } from './stage.ts';

const APPLICATION = 'application.yaml';

/** Whether a file of `gitops/` may have this name, whichever the agent is. */
export function isGitopsName(name: string): boolean {
  return name === APPLICATION || FLUX_NAMES.includes(name);
}

/**
 * The files of `gitops/` by name: what tells an agent to apply `out/`. None where people apply it.
 *
 * @param files the names of all files of `out/`
 */
export function gitopsFolder(settings: Gitops, files: Iterable<string>): Map<string, string> {
  const manifests = [...files].filter((file) => file.endsWith('.yaml')).toSorted();
  if (settings.agent === 'none') return new Map();
  if (settings.agent === 'flux') return fluxFiles(settings, manifests);
  const object = application(settings, manifests.some(isServerSide));
  return new Map([[APPLICATION, printManifests([object])]]);
}
