import {
  addChangeOptions,
  CHANGE_EXIT_CODES,
  nameOption,
  versionOption,
  type ChangeFlags,
} from './change-options.ts';
import { surroundingsOf, type Invocation } from './invocation.ts';

const AFTER_ACTIVATE = `
A cluster has one version of a CRD: that of the active version of its Solution. Without --version it
is \`latest\`, the newest version that is imported.

${CHANGE_EXIT_CODES}

Examples:
  $ solutions activate -n storage -V 1.1.0
  $ solutions activate -n storage`;

const AFTER_DEACTIVATE = `
Refused while the Solution runs in an Environment: what runs needs its CRDs. Nothing is deleted in the
cluster; not even an apply removes a CRD.

${CHANGE_EXIT_CODES}

Example:
  $ solutions deactivate -n storage`;

/** The flags of `activate` and `deactivate`, as commander gives them. */
export interface ActivationFlags extends ChangeFlags {
  readonly name: string;
  readonly version?: string;
}

/** `solutions activate` and `solutions deactivate`. */
export function addActivation(invocation: Invocation): void {
  const { program } = invocation;
  const activateCommand = program
    .command('activate')
    .summary('choose the version whose CRDs are in the cluster')
    .description('Sets the active version of a Solution in solutions.yaml: its CRDs are rendered.')
    .addOption(nameOption('-n, --name <name>', 'the Solution').makeOptionMandatory())
    .addOption(versionOption('a version that is imported (default: latest)'));
  addChangeOptions(activateCommand)
    .addHelpText('after', AFTER_ACTIVATE)
    .action(async (flags: ActivationFlags) => {
      const { activate } = await import('./activation.ts');
      invocation.code = await activate(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
  const deactivateCommand = program
    .command('deactivate')
    .summary('have no active version of a Solution')
    .description('Takes a Solution out of `active` in solutions.yaml.')
    .addOption(nameOption('-n, --name <name>', 'the Solution').makeOptionMandatory());
  addChangeOptions(deactivateCommand)
    .addHelpText('after', AFTER_DEACTIVATE)
    .action(async (flags: ActivationFlags) => {
      const { deactivate } = await import('./activation.ts');
      invocation.code = await deactivate(
        { ...flags, ...surroundingsOf(invocation) },
        invocation.terminal,
      );
    });
}
