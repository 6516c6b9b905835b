import {
  addChangeOptions,
  CHANGE_EXIT_CODES,
  nameOption,
  type ChangeFlags,
} from './change-options.ts';
import { surroundingsOf, type Invocation } from './invocation.ts';

const AFTER_CREATE = `
Of an Environment that is there, it adds the Namespace, and sets the description where one is given.

${CHANGE_EXIT_CODES}

Examples:
  $ solutions create-env -n production -d 'Production storage'
  $ solutions create-env -n production -N production-eu`;

const AFTER_DELETE = `
An apply deletes nothing: the lines that delete the Namespaces, with everything in them, are printed.

${CHANGE_EXIT_CODES}

Examples:
  $ solutions delete-env -n staging
  $ solutions delete-env -n production -N production-eu`;

/** The flags of `create-env` and `delete-env`, as commander gives them. */
export interface EnvironmentFlags extends ChangeFlags {
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
}

/** `solutions create-env` and `solutions delete-env`. */
export function addEnvironments(invocation: Invocation): void {
  const { program } = invocation;
  const createCommand = program
    .command('create-env')
    .summary('create an Environment, or add a Namespace to one')
    .description('Writes an Environment with a Namespace to environments.yaml.')
    .addOption(nameOption('-n, --name <name>', 'the Environment').makeOptionMandatory())
    .addOption(
      nameOption('-N, --namespace <name>', 'its Namespace (default: the name of the Environment)'),
    )
    .option('-d, --description <text>', 'what the Environment is for');
  addChangeOptions(createCommand)
    .addHelpText('after', AFTER_CREATE)
    .action(async (flags: EnvironmentFlags) => {
      const { createEnvironment } = await import('./environments.ts');
      invocation.code = await createEnvironment(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
  const deleteCommand = program
    .command('delete-env')
    .summary('delete an Environment, or one of its Namespaces')
    .description('Takes an Environment, or one of its Namespaces, out of environments.yaml.')
    .addOption(nameOption('-n, --name <name>', 'the Environment').makeOptionMandatory())
    .addOption(nameOption('-N, --namespace <name>', 'this Namespace alone (default: all of it)'));
  addChangeOptions(deleteCommand)
    .addHelpText('after', AFTER_DELETE)
    .action(async (flags: EnvironmentFlags) => {
      const { deleteEnvironment } = await import('./environments.ts');
      invocation.code = await deleteEnvironment(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
