import { InvalidArgumentError, Option, type Command } from 'commander';
import { dnsLabelMistake } from '../kubernetes/names.ts';
import { outputOption } from './invocation.ts';

/** What all commands that edit the files have, as commander gives it. */
export interface ChangeFlags {
  /** False with `--no-synth`. */
  readonly synth: boolean;
}

/** How these commands end, for their help. */
export const CHANGE_EXIT_CODES =
  'Exit codes: 0 done, or it was so already; 1 refused or failed; 2 wrong usage.';

/** Adds `--no-synth` and `--output`. */
export function addChangeOptions(command: Command): Command {
  return command
    .option('--no-synth', 'edit the file and nothing else; run `solutions synth` later')
    .addOption(outputOption());
}

/** `-V, --version`. */
export function versionOption(description: string): Option {
  return new Option('-V, --version <version>', description).argParser((text) => {
    if (text !== '') return text;
    throw new InvalidArgumentError('the version is empty');
  });
}

/** An option whose value is the name of a Solution, an Environment or a Namespace. */
export function nameOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const mistake = dnsLabelMistake(text);
    if (mistake === undefined) return text;
    throw new InvalidArgumentError(`the name ${mistake}`);
  });
}
