import { Option } from 'commander';
import { rootOf, type Invocation } from './invocation.ts';

const AFTER = `
The files as they are here (solutions.yaml, environments.yaml, platform.yaml and metadata/) are
compared with what out/ and metadata/ were in the revision. Git is read, nothing is checked out; no
archive is read, no cluster is asked, nothing is written.

Exit codes: 0 nothing changes, 3 something does; 1 failed, or with --strict a breaking change of a
CRD that platform.yaml does not waive, other than what was so before; 2 wrong usage.

Examples:
  $ solutions plan                             what the edits since the last commit do
  $ solutions plan --against origin/main       what this branch does
  $ solutions plan --strict                    fail where custom resources are in danger
  $ solutions plan --output markdown           for a pull request, at most 65,536 characters
  $ solutions plan --output json               all of it, for a program`;

/** The flags of `plan`, as commander gives them. */
export interface PlanFlags {
  readonly against: string;
  readonly strict?: boolean;
  readonly output: 'text' | 'markdown' | 'json';
}

/** `solutions plan`. */
export function addPlan(invocation: Invocation): void {
  invocation.program
    .command('plan')
    .summary('show what a change does')
    .description(
      'Shows what the files change in the cluster since a commit: objects, Pods that restart, images to ' +
        'bring, CRDs and the danger to custom resources, rights of Operators.',
    )
    .option('--against <revision>', 'compare with this commit, branch or tag', 'HEAD')
    .option('--strict', 'exit 1 where a breaking change of a CRD is not waived')
    .addOption(
      new Option('-o, --output <format>', 'how the plan is printed')
        .choices(['text', 'markdown', 'json'])
        .default('text'),
    )
    .addHelpText('after', AFTER)
    .action(async (options: PlanFlags) => {
      const { plan } = await import('./plan.ts');
      invocation.code = await plan({ ...options, root: rootOf(invocation) }, invocation.terminal);
    });
}
