import { placeSolution, unplaceSolution, type NamespaceOf } from '../config/edit-environments.ts';
import { didYouMean } from '../config/spelling.ts';
import { namespaceOf } from './environment-requests.ts';
import { list } from './notices.ts';
import { refusal, requireImported, type Request, type Situation } from './request.ts';

/** What `solutions add-solution` is asked. */
interface AddOptions extends NamespaceOf {
  readonly solution: string;
  readonly version: string;
  readonly webhook: boolean;
}

/**
 * `solutions add-solution`: a Solution in a Namespace, or another version of one that is there, whose
 * other settings stay.
 *
 * @throws SolutionsError `unknown-environment`, `unknown-namespace`, `unknown-solution` or
 *   `unknown-version`
 */
export function addRequest(options: AddOptions, situation: Situation): Request {
  const { solution: name, version, webhook, ...where } = options;
  const { solutions } = namespaceOf(where, situation.config.environments);
  requireImported({ name, version }, situation);
  const before = solutions.find((one) => one.name === name);
  const place = `in the Namespace ${where.namespace} of the Environment ${where.environment}`;
  const isFlagged = webhook && before?.webhook !== true;
  if (before?.version === version && !isFlagged) {
    return unchanged(`${name} ${version} is ${place} already`);
  }
  const flag = isFlagged && before ? ', with its webhooks' : '';
  return {
    file: 'environments.yaml',
    edits: [placeSolution(where, { name, version, webhook: isFlagged })],
    done: [
      before && before.version !== version
        ? `changed ${name} from ${before.version} to ${version} ${place}${flag}`
        : `placed ${name} ${version} ${place}${flag}`,
    ],
  };
}

/**
 * `solutions delete-solution`.
 *
 * @throws SolutionsError `unknown-environment`, `unknown-namespace` or `not-placed`
 */
export function removeRequest(where: NamespaceOf, name: string, { config }: Situation): Request {
  const { solutions } = namespaceOf(where, config.environments);
  const names = solutions.map((one) => one.name);
  if (!names.includes(name)) throw notPlaced(where, name, names);
  return {
    file: 'environments.yaml',
    edits: [unplaceSolution(where, name)],
    done: [
      `deleted ${name} from the Namespace ${where.namespace} of the Environment ${where.environment}`,
    ],
  };
}

function notPlaced({ namespace }: NamespaceOf, name: string, names: readonly string[]) {
  return refusal(
    'not-placed',
    `the Solution \`${name}\` is not in the Namespace \`${namespace}\``,
    {
      hint:
        didYouMean(name, names) ??
        (names.length === 0 ? 'no Solution is there' : `there: ${list(names)}`),
    },
  );
}

function unchanged(sentence: string): Request {
  return { file: 'environments.yaml', edits: [], done: [sentence] };
}
