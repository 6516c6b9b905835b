import { activateRequest, deactivateRequest } from '../model/activation-requests.ts';
import type { ActivationFlags } from './activation-command.ts';
import { change, type ChangeOptions } from './change.ts';
import type { ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';

type ActivationOptions = ActivationFlags & ChangeOptions;

/** `solutions activate`. */
export async function activate(options: ActivationOptions, terminal: Terminal): Promise<ExitCode> {
  const { name, version = 'latest' } = options;
  return await change((situation) => activateRequest(name, version, situation), options, terminal);
}

/** `solutions deactivate`. */
export async function deactivate(
  options: ActivationOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return await change((situation) => deactivateRequest(options.name, situation), options, terminal);
}
