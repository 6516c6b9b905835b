import type { SolutionsError } from '../errors.ts';
import type { PushReport } from '../images/push.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import type { PushFlags } from './push-command.ts';
import { registryArguments } from './registry-session.ts';
import { shellLine } from './shell.ts';

/** What the command was called with. */
export interface PushCommand extends PushFlags {
  readonly archives: readonly string[];
  readonly root: string;
}

/** What is there, whether a retry helps, and the command of it. */
export function nextSteps({ images }: PushReport, code: ExitCode, command: PushCommand): string[] {
  if (code === exitCodes.done) return [];
  const there = images.filter(({ status }) => status === 'pushed' || status === 'present');
  const helps =
    code === exitCodes.temporary || code === exitCodes.interrupted || code === exitCodes.terminated
      ? 'Run it again: it sends only what is missing.'
      : 'When that is mended, run it again: it sends only what is missing.';
  return [
    `${code === exitCodes.interrupted || code === exitCodes.terminated ? 'Interrupted. ' : ''}${stateOf(there.length, images.length)} ${helps}`,
    `  ${commandLine(command)}`,
  ];
}

function stateOf(there: number, all: number): string {
  if (all === 1) return `The image is ${there === 1 ? '' : 'not '}in the registry.`;
  if (there === 0) return `None of the ${all} images is in the registry.`;
  if (there === 1) return `1 of ${all} images is in the registry, complete.`;
  const share = there === all ? `All ${all}` : `${there} of ${all}`;
  return `${share} images are in the registry, each of them complete.`;
}

/** The command to run again, for a shell. */
export function commandLine({ archives, to, ...flags }: PushCommand): string {
  const values = [
    ...(flags.root === '.' ? [] : ['-C', flags.root]),
    'push',
    ...archives,
    '--to',
    to,
    ...registryArguments(flags),
    ...(flags.mountFrom ?? []).flatMap((from) => ['--mount-from', from]),
    ...(flags.verify ? ['--verify'] : []),
  ];
  return shellLine(['solutions', ...values]);
}

const usage = /^(?:push-target|push-name|push-id-twice|push-mount-from)$/u;

/** Of a push that began, by what went wrong; what no retry mends comes first. */
const kinds: readonly (readonly [ExitCode, RegExp])[] = [
  [exitCodes.archive, /^push-(?:content|changed)$/u],
  [exitCodes.credentials, /^(?:registry-credentials|registry-auth-file|credential-helper)$/u],
  [exitCodes.refused, /^(?:registry-refused|registry-proxy|registry-protocol|push-verify)$/u],
  [exitCodes.failed, /^(?!registry-temporary$)/u],
  [exitCodes.temporary, /^registry-temporary$/u],
];

/** The exit code for errors of archives, found before anything was sent. */
export function archiveCodeOf(errors: readonly SolutionsError[]): ExitCode {
  return errors.every(({ code }) => usage.test(code)) ? exitCodes.usage : exitCodes.archive;
}

/** The exit code for errors of the push itself. */
export function pushCodeOf(errors: readonly SolutionsError[]): ExitCode {
  const found = kinds.find(([, pattern]) => errors.some(({ code }) => pattern.test(code)));
  return found?.[0] ?? exitCodes.failed;
}
