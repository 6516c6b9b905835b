import { setActive, unsetActive } from '../config/edit-solutions.ts';
import type { Notice } from '../errors.ts';
import { list } from './notices.ts';
import {
  placesOf,
  refusal,
  requireImported,
  resolvedVersion,
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
 * @throws SolutionsError `in-use` while it runs somewhere; `unknown-solution` for what is neither
 *   active nor imported
 */
export function deactivateRequest(name: string, situation: Situation): Request {
  const { active } = situation.config.solutions;
  if (active.some((entry) => entry.name === name)) {
    refuseRunning(name, situation);
    return {
      file: 'solutions.yaml',
      edits: [unsetActive(name)],
      done: [`deactivated ${name}`],
      notices: [crdsStay(name)],
    };
  }
  if (situation.missing.length === 0 && versionsOf(name, situation).length === 0) {
    throw unknownSolution(name, situation);
  }
  return unchanged(`${name} is not active`);
}

/** What runs needs the CRDs of an active version: without one the state does not resolve. */
function refuseRunning(name: string, situation: Situation): void {
  const versions = versionsOf(name, situation);
  const running = placesOf(name, situation).filter(({ version }) => {
    const runs = resolvedVersion(version, versions);
    return versions.some((archive) => archive.version === runs && archive.crds.length > 0);
  });
  if (running.length === 0) return;
  throw refusal(
    'in-use',
    `${name} runs ${list(running.map(({ where }) => where))}, and needs its CRDs`,
    {
      hint: `\`solutions delete-solution\` takes it out; \`solutions activate -n ${name} -V <version>\` changes the version of the CRDs`,
    },
  );
}

function crdsStay(name: string): Notice {
  return {
    code: 'crds-stay',
    message: `the CRDs of ${name} are no longer rendered; an apply leaves them and all custom resources in the cluster`,
    hint: 'delete a CRD only when nobody needs its custom resources: every one of them goes with it',
  };
}

function unchanged(sentence: string): Request {
  return { file: 'solutions.yaml', edits: [], done: [sentence] };
}
