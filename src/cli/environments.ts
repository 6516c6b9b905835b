import { createRequest, deleteRequest } from '../model/environment-requests.ts';
import { change, type ChangeOptions } from './change.ts';
import type { EnvironmentFlags } from './environments-command.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

type EnvironmentOptions = EnvironmentFlags & ChangeOptions;

/** `solutions create-env`. */
export async function createEnvironment(
  options: EnvironmentOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { name, namespace, description } = options;
  const wish = { name, namespace, description };
  return await change((situation) => createRequest(wish, situation), options, terminal);
}

/** `solutions delete-env`. */
export async function deleteEnvironment(
  options: EnvironmentOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { name, namespace } = options;
  return await change((situation) => deleteRequest(name, namespace, situation), options, terminal);
}
