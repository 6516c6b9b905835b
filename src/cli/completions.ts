import type { Argument, Command, Option } from 'commander';

/** A word that the shell may put, and what it is. */
interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is. */
export interface Completions {
  readonly candidates: readonly Candidate[];
  /** What the shell adds of its own. */
  readonly paths: 'none' | 'files' | 'folders';
}

/** Names that only the repository knows. */
export type NameKind = 'archive' | 'environment' | 'id' | 'namespace' | 'solution' | 'version';

/** What else the line says, for names that depend on others. */
export type Said = ReadonlyMap<string, string>;

/** The names of a kind in the repository that is worked in. */
export type Names = (kind: NameKind, said: Said) => readonly string[];

/** By the command and the long form of its option. */
const namesOfOptions: ReadonlyMap<string, NameKind> = new Map([
  ['unimport --archive', 'archive'],
  ['activate --name', 'solution'],
  ['activate --version', 'version'],
  ['deactivate --name', 'solution'],
  ['create-env --name', 'environment'],
  ['delete-env --name', 'environment'],
  ['delete-env --namespace', 'namespace'],
  ['add-solution --name', 'environment'],
  ['add-solution --solution', 'solution'],
  ['add-solution --version', 'version'],
  ['add-solution --namespace', 'namespace'],
  ['delete-solution --name', 'environment'],
  ['delete-solution --solution', 'solution'],
  ['delete-solution --namespace', 'namespace'],
  ['push --mount-from', 'id'],
]);

/**
 * What may stand in place of the last of `words`, which is begun or empty.
 *
 * @param words what stands behind the program's name up to the cursor. Bash makes three words of
 *   `--option=value`, other shells one.
 */
export function completionsOf(
  program: Command,
  words: readonly string[],
  names: Names,
): Completions {
  const line = readLine(program, [...words.slice(0, -1).flatMap(atEqualsSign), ...lastOf(words)]);
  const { current, pending } = line;
  if (pending) return startingWith(current, valuesOf(pending, line, names));
  if (current.startsWith('-') && !line.isPastOptions) {
    return startingWith(current, { candidates: flagsOf(line), paths: 'none' });
  }
  if (line.command === program) {
    return startingWith(current, { candidates: commandsOf(program), paths: 'none' });
  }
  const argument = argumentAt(line.command, line.operands.length);
  if (argument) return startingWith(current, operandsOf(argument, line, names));
  const candidates = line.isPastOptions ? [] : flagsOf(line);
  return startingWith(current, { candidates, paths: 'none' });
}

/** What the words before the cursor say. */
interface Line {
  readonly program: Command;
  command: Command;
  readonly operands: string[];
  /** The options that are there, by their long form, with their last value. */
  readonly said: Map<string, string>;
  /** The option whose value is to come. */
  pending: Option | undefined;
  /** Whether there was a `--`. */
  isPastOptions: boolean;
  readonly current: string;
}

function atEqualsSign(word: string): string[] {
  if (word === '=') return [];
  const [, option, value] = /^(--[\w-]+)=(.*)$/su.exec(word) ?? [];
  return option === undefined || value === undefined ? [word] : [option, value];
}

/** The word at the cursor; what stands before it, where it has a `=`. */
function lastOf(words: readonly string[]): string[] {
  const last = words.at(-1) ?? '';
  return last === '=' ? [''] : atEqualsSign(last);
}

function readLine(program: Command, words: readonly string[]): Line {
  const line: Line = {
    program,
    command: program,
    operands: [],
    said: new Map(),
    pending: undefined,
    isPastOptions: false,
    current: words.at(-1) ?? '',
  };
  for (const word of words.slice(0, -1)) take(word, line);
  if (endsValues(line.current, line)) line.pending = undefined;
  return line;
}

function take(word: string, line: Line): void {
  if (line.pending && !endsValues(word, line)) {
    line.said.set(longOf(line.pending), word);
    if (!line.pending.variadic) line.pending = undefined;
  } else if (word === '--') line.isPastOptions = true;
  else if (word.startsWith('-') && !line.isPastOptions) takeOption(word, line);
  else takeOperand(word, line);
}

function takeOption(word: string, line: Line): void {
  const option = optionsOf(line.program, line.command).find(
    ({ short, long }) => short === word || long === word,
  );
  line.pending = option?.required === true ? option : undefined;
  if (option && !option.required) line.said.set(longOf(option), '');
}

function takeOperand(word: string, line: Line): void {
  const { program, command, operands } = line;
  const found = command === program && program.commands.find((one) => one.name() === word);
  if (found) line.command = found;
  else operands.push(word);
}

/** Whether a word ends the values of an option that takes several. */
function endsValues(word: string, { pending, said }: Line): boolean {
  return pending?.variadic === true && said.has(longOf(pending)) && word.startsWith('-');
}

/** Those of the command, and of the program where the command has no other of that name. */
function optionsOf(program: Command, command: Command): Option[] {
  const help = program.createHelp();
  const all = [...help.visibleOptions(command), ...help.visibleOptions(program)];
  return all.filter(
    (option, index) => all.findIndex((one) => longOf(one) === longOf(option)) === index,
  );
}

function longOf(option: Option): string {
  return option.long ?? option.flags;
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({
      value: command.name(),
      description: command.summary() || command.description(),
    }));
}

/** The options that are not there yet, or may be there again. */
function flagsOf({ program, command, said }: Line): Candidate[] {
  return optionsOf(program, command)
    .filter((option) => !said.has(longOf(option)) || option.variadic || isCollected(option))
    .map((option) => ({ value: longOf(option), description: option.description }));
}

function isCollected({ defaultValue }: Option): boolean {
  return Array.isArray(defaultValue);
}

function valuesOf(option: Option, line: Line, names: Names): Completions {
  if (option.argChoices) return choices(option.argChoices);
  const kind = namesOfOptions.get(`${line.command.name()} ${longOf(option)}`);
  if (kind) return choices(names(kind, line.said));
  const [, placeholder = ''] = /[<[]([\w-]+)/u.exec(option.flags) ?? [];
  return { candidates: [], paths: pathsFor(placeholder) };
}

function operandsOf(argument: Argument, { operands, said }: Line, names: Names): Completions {
  if (argument.argChoices) return choices(argument.argChoices);
  if (argument.name() !== 'id') return { candidates: [], paths: pathsFor(argument.name()) };
  return choices(names('id', said).filter((name) => !operands.includes(name)));
}

/** What the name of a value in the help says of it. */
function pathsFor(placeholder: string): Completions['paths'] {
  if (placeholder === 'dir' || placeholder === 'folder') return 'folders';
  return ['archive', 'file', 'path'].includes(placeholder) ? 'files' : 'none';
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const last = command.registeredArguments.at(-1);
  return command.registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

function choices(values: readonly string[]): Completions {
  return { candidates: values.map((value) => ({ value, description: '' })), paths: 'none' };
}

function startingWith(current: string, { candidates, paths }: Completions): Completions {
  return { candidates: candidates.filter(({ value }) => value.startsWith(current)), paths };
}
