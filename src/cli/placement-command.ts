import {
  addChangeOptions,
  CHANGE_EXIT_CODES,
  nameOption,
  versionOption,
  type ChangeFlags,
} from './change-options.ts';
import { surroundingsOf, type Invocation } from './invocation.ts';

const AFTER_ADD = `
With another version it is the upgrade or the downgrade of what is there: all its other settings in
environments.yaml stay, the webhooks among them. \`latest\` follows what is imported.

${CHANGE_EXIT_CODES}

Examples:
  $ solutions add-solution -n production -s storage -V 1.0.0
  $ solutions add-solution -n production -s storage -V 1.1.0    # the upgrade
  $ solutions add-solution -n production -N production-eu -s storage -V 1.0.0 --webhook`;

const AFTER_DELETE = `
An apply deletes nothing: the lines that delete the Operator and its rights are printed.

${CHANGE_EXIT_CODES}

Example:
  $ solutions delete-solution -n production -s storage`;

/** The flags of `add-solution` and `delete-solution`, as commander gives them. */
export interface PlacementFlags extends ChangeFlags {
  readonly name: string;
  readonly namespace?: string;
  readonly solution: string;
}

/** The flags of `add-solution`. */
export interface AddFlags extends PlacementFlags {
  readonly version: string;
  readonly webhook?: boolean;
}

/** `solutions add-solution` and `solutions delete-solution`. */
export function addPlacement(invocation: Invocation): void {
  addAddSolution(invocation);
  addDeleteSolution(invocation);
}

function addAddSolution(invocation: Invocation): void {
  const command = invocation.program
    .command('add-solution')
    .summary('run a Solution in an Environment, or another version of it')
    .description(
      'Places a version of a Solution in a Namespace of an Environment, in environments.yaml.',
    )
    .addOption(nameOption('-n, --name <name>', 'the Environment').makeOptionMandatory())
    .addOption(nameOption('-s, --solution <name>', 'the Solution').makeOptionMandatory())
    .addOption(versionOption('a version that is imported, or latest').makeOptionMandatory())
    .addOption(namespaceOption())
    .option('-w, --webhook', 'mount the Secret <solution>-cert for the webhooks of the Operator');
  addChangeOptions(command)
    .addHelpText('after', AFTER_ADD)
    .action(async (flags: AddFlags) => {
      const { addSolution } = await import('./placement.ts');
      const options = { ...flags, ...surroundingsOf(invocation) };
      invocation.code = await addSolution(options, invocation.terminal);
    });
}

function addDeleteSolution(invocation: Invocation): void {
  const command = invocation.program
    .command('delete-solution')
    .summary('take a Solution out of an Environment')
    .description('Takes a Solution out of a Namespace of an Environment, in environments.yaml.')
    .addOption(nameOption('-n, --name <name>', 'the Environment').makeOptionMandatory())
    .addOption(nameOption('-s, --solution <name>', 'the Solution').makeOptionMandatory())
    .addOption(namespaceOption());
  addChangeOptions(command)
    .addHelpText('after', AFTER_DELETE)
    .action(async (flags: PlacementFlags) => {
      const { deleteSolution } = await import('./placement.ts');
      const options = { ...flags, ...surroundingsOf(invocation) };
      invocation.code = await deleteSolution(options, invocation.terminal);
    });
}

function namespaceOption() {
  return nameOption(
    '-N, --namespace <name>',
    'the Namespace (default: the name of the Environment)',
  );
}
