import {
  addEnvironment,
  addNamespace,
  describeEnvironment,
  removeEnvironment,
  removeNamespace,
  type NamespaceOf,
} from '../config/edit-environments.ts';
import type { Environment } from '../config/environments.ts';
import { didYouMean } from '../config/spelling.ts';
import { placeText } from '../errors.ts';
import { list } from './notices.ts';
import { refusal, type Request, type Situation } from './request.ts';

/** What `solutions create-env` is asked. */
interface CreateOptions {
  readonly name: string;
  /** By default the name of the Environment. */
  readonly namespace: string | undefined;
  readonly description: string | undefined;
}

/**
 * `solutions create-env`: a new Environment, or one more Namespace or another description of one that
 * is there.
 *
 * @throws SolutionsError `namespace-taken` for a Namespace of another Environment
 */
export function createRequest(options: CreateOptions, situation: Situation): Request {
  const { name, namespace = name, description } = options;
  refuseTaken({ environment: name, namespace }, situation);
  const found = situation.config.environments.find((one) => one.name === name);
  if (!found) {
    return {
      file: 'environments.yaml',
      edits: [addEnvironment({ name, namespace, description })],
      done: [`created the Environment ${name} with the Namespace ${namespace}`],
    };
  }
  const isNew = !found.namespaces.some((one) => one.name === namespace);
  const isOther = description !== undefined && description !== found.description;
  return {
    file: 'environments.yaml',
    edits: [
      ...(isNew ? [addNamespace({ environment: name, namespace })] : []),
      ...(isOther ? [describeEnvironment(name, description)] : []),
    ],
    done: [
      isNew
        ? `added the Namespace ${namespace} to the Environment ${name}`
        : `the Environment ${name} has the Namespace ${namespace} already`,
      ...(isOther ? [`described the Environment ${name}`] : []),
    ],
  };
}

function refuseTaken({ environment, namespace }: NamespaceOf, { config }: Situation): void {
  const owner = ownerOf(namespace, config.environments);
  if (!owner || owner.environment.name === environment) return;
  throw refusal(
    'namespace-taken',
    `the Namespace \`${namespace}\` belongs to the Environment \`${owner.environment.name}\``,
    {
      hint: `it is at ${placeText(owner.place)}; a Namespace belongs to one Environment: name another with -N`,
    },
  );
}

/**
 * `solutions delete-env`: an Environment, or one of its Namespaces.
 *
 * @throws SolutionsError `unknown-environment` or `unknown-namespace`
 */
export function deleteRequest(
  name: string,
  namespace: string | undefined,
  { config }: Situation,
): Request {
  const found = environmentOf(name, config.environments);
  if (namespace === undefined) {
    const names = found.namespaces.map((one) => one.name);
    const what =
      names.length === 0
        ? ''
        : ` with ${names.length === 1 ? 'the Namespace' : 'the Namespaces'} ${list(names)}`;
    return {
      file: 'environments.yaml',
      edits: [removeEnvironment(name)],
      done: [`deleted the Environment ${name}${what}`],
    };
  }
  namespaceOf({ environment: name, namespace }, config.environments);
  return {
    file: 'environments.yaml',
    edits: [removeNamespace({ environment: name, namespace })],
    done: [`deleted the Namespace ${namespace} of the Environment ${name}`],
  };
}

/**
 * The Environment of a name.
 *
 * @throws SolutionsError `unknown-environment`
 */
function environmentOf(name: string, environments: readonly Environment[]): Environment {
  const found = environments.find((one) => one.name === name);
  if (found) return found;
  const names = environments.map((one) => one.name);
  throw refusal('unknown-environment', `there is no Environment \`${name}\``, {
    hint:
      didYouMean(name, names) ??
      (names.length === 0
        ? '`solutions create-env` makes one'
        : `environments.yaml has ${list(names)}; \`solutions create-env\` makes another`),
  });
}

/**
 * The Namespace of a name in an Environment.
 *
 * @throws SolutionsError `unknown-environment` or `unknown-namespace`
 */
export function namespaceOf(
  { environment, namespace }: NamespaceOf,
  environments: readonly Environment[],
): Environment['namespaces'][number] {
  const { namespaces } = environmentOf(environment, environments);
  const found = namespaces.find((one) => one.name === namespace);
  if (found) return found;
  const names = namespaces.map((one) => one.name);
  const owner = ownerOf(namespace, environments)?.environment.name;
  const belongs = owner === undefined ? '' : `: it belongs to \`${owner}\``;
  throw refusal(
    'unknown-namespace',
    `the Environment \`${environment}\` has no Namespace \`${namespace}\`${belongs}`,
    {
      hint:
        didYouMean(namespace, names) ??
        (names.length === 0
          ? `it has none; \`solutions create-env -n ${environment} -N ${namespace}\` adds it`
          : `it has ${list(names)}: name one with -N; \`solutions create-env -n ${environment} -N <namespace>\` adds another`),
    },
  );
}

function ownerOf(namespace: string, environments: readonly Environment[]) {
  for (const environment of environments) {
    const found = environment.namespaces.find((one) => one.name === namespace);
    if (found) return { environment, place: found.place };
  }
  return undefined;
}
