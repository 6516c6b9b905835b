import { execa } from 'execa';
import { SolutionsError } from '../errors.ts';

/** What a credential helper of Docker fails with. */
type HelperCode = 'credential-helper';

/** A helper may ask an agent, but nobody. */
const TIMEOUT = 30_000;
const MAX_ANSWER = 1 << 16;

/**
 * Asks `docker-credential-<name> get` for the credentials of a registry.
 *
 * @param name - letters, digits, `.`, `_` and `-`
 * @returns its JSON (`Username`, `Secret`), or undefined where it has none
 * @throws SolutionsError `credential-helper`
 * @see https://github.com/docker/docker-credential-helpers
 */
export async function askCredentialHelper(name: string, registry: string): Promise<unknown> {
  const program = `docker-credential-${name}`;
  const { exitCode, stdout, code, timedOut } = await execa(program, ['get'], {
    input: registry,
    reject: false,
    timeout: TIMEOUT,
    maxBuffer: MAX_ANSWER,
    // What it prints there may be anything; a password is not to end up in a log.
    stderr: 'ignore',
  });
  if (exitCode === 0) return parse(stdout, program);
  // The library of all helpers prints this sentence to stdout.
  if (/credentials not found/iu.test(stdout ?? '')) return undefined;
  const what = code === 'ENOENT' ? 'is not on the PATH' : 'failed';
  throw failure(program, timedOut ? 'does not answer' : what);
}

function parse(text: string, program: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw failure(program, 'answered with something that is not JSON');
  }
}

function failure(program: string, what: string): SolutionsError<HelperCode> {
  return new SolutionsError(`${program} ${what}`, {
    code: 'credential-helper',
    hint: 'the auth file names this helper; `--authfile` takes another file',
  });
}
