import { addRequest, removeRequest } from '../model/placement-requests.ts';
import { change, type ChangeOptions } from './change.ts';
import type { ExitCode } from './exit-code.ts';
import type { AddFlags, PlacementFlags } from './placement-command.ts';
import type { Terminal } from './terminal.ts';

/** `solutions add-solution`. */
export async function addSolution(
  options: AddFlags & ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { solution, version, webhook = false } = options;
  const wish = { ...whereOf(options), solution, version, webhook };
  return await change((situation) => addRequest(wish, situation), options, terminal);
}

/** `solutions delete-solution`. */
export async function deleteSolution(
  options: PlacementFlags & ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const where = whereOf(options);
  return await change(
    (situation) => removeRequest(where, options.solution, situation),
    options,
    terminal,
  );
}

function whereOf({ name, namespace = name }: PlacementFlags) {
  return { environment: name, namespace };
}
