import { setActive, unsetActive } from '../config/edit-solutions.ts';
import type { Notice } from '../errors.ts';
import {
  requireImported,
  unknownSolution,
  versionsOf,
  type Request,
  type Situation,
} from './request.ts';

/**
 * `solutions activate`: the version of a Solution whose CRDs are in the cluster.
 *
 * @throws SolutionsError `unknown-solution` or `unknown-version`
 */
export function activateRequest(name: string, version: string, situation: Situation): Request {
  requireImported({ name, version }, situation);
  const before = situation.config.solutions.active.find((entry) => entry.name === name)?.version;
  const meaning = version === 'latest' ? versionsOf(name, situation).at(-1)?.version : undefined;
  const shown = meaning === undefined ? version : `${version}, now ${meaning}`;
  if (before === version) return unchanged(`${name} ${shown} is active already`);
  const was = before === undefined ? '' : ` in place of ${before}`;
  return {
    file: 'solutions.yaml',
    edits: [setActive(name, version)],
    done: [`activated ${name} ${shown}${was}`],
  };
}

/**
 * `solutions deactivate`.
 *
 * @throws SolutionsError `unknown-solution` for what is neither active nor imported
 */
export function deactivateRequest(name: string, situation: Situation): Request {
  const { active } = situation.config.solutions;
  if (active.some((entry) => entry.name === name)) {
    return {
      file: 'solutions.yaml',
      edits: [unsetActive(name)],
      done: [`deactivated ${name}`],
      notices: [crdsStay(name, situation)],
    };
  }
  if (situation.missing.length === 0 && versionsOf(name, situation).length === 0) {
    throw unknownSolution(name, situation);
  }
  return unchanged(`${name} is not active`);
}

function crdsStay(name: string, { config }: Situation): Notice {
  const isPlaced = config.environments.some(({ namespaces }) =>
    namespaces.some(({ solutions }) => solutions.some((one) => one.name === name)),
  );
  return {
    code: 'crds-stay',
    message: isPlaced
      ? `${name} still runs somewhere: the CRDs of the versions that run stay rendered`
      : `the CRDs of ${name} are no longer rendered; an apply leaves them and all custom resources in the cluster`,
    hint: isPlaced
      ? `\`solutions delete-solution\` takes it out of an Environment`
      : 'delete a CRD only when nobody needs its custom resources: every one of them goes with it',
  };
}

function unchanged(sentence: string): Request {
  return { file: 'solutions.yaml', edits: [], done: [sentence] };
}
