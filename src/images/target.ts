import { registryHostMistake, repositoryMistake } from '../oci/name.ts';
import { mistake } from './mistake.ts';

/** Where images go: `<registry>[/<base>]`. */
export interface Target {
  /** Host and port, in lower case: `registry.example:5000`. */
  readonly host: string;
  /** A path above all repositories, such as a Harbor project, or nothing. */
  readonly base: string;
}

/** Of registry, slash and name: what clients allow together (OCI distribution specification 1.1). */
const MAX_NAME = 255;

/**
 * The target in the value of `--to`.
 *
 * @throws SolutionsError `push-target`
 */
export function parseTarget(text: string): Target {
  const slash = text.includes('://') ? -1 : text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const base = slash < 0 ? '' : text.slice(slash + 1);
  const wrong = registryHostMistake(host);
  if (wrong !== undefined) {
    throw mistake('push-target', `the registry ${shown(host)} ${wrong}`, {
      hint: /^http:/iu.test(text)
        ? '`--plain-http` allows a registry without TLS'
        : 'expected <registry>[/<base>], such as registry.example:5000/solutions',
    });
  }
  const wrongBase = slash < 0 ? undefined : repositoryMistake(base);
  if (wrongBase === undefined) return { host: host.toLowerCase(), base };
  throw mistake('push-target', `the path ${shown(base)} below the registry ${wrongBase}`);
}

/** `<base>/<name>`, or the name alone. */
export function repositoryBelow({ base }: Target, name: string): string {
  return base === '' ? name : `${base}/${name}`;
}

/**
 * Refuses a repository that its registry would answer with a bare 500.
 *
 * @throws SolutionsError `push-name`
 */
export function requireRepository({ host }: Target, repository: string): void {
  const length = host.length + 1 + repository.length;
  const wrong =
    length > MAX_NAME
      ? `has ${length} characters with its registry, at most ${MAX_NAME} are allowed`
      : repositoryMistake(repository);
  if (wrong !== undefined)
    throw mistake('push-name', `the repository ${shown(repository)} ${wrong}`, {
      hint: 'a shorter path after the registry in `--to` may help',
    });
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
