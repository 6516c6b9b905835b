import { join } from 'node:path';
import { compareStates, startRevision } from '../cluster/git-states.ts';
import { loadConfig } from '../config/load.ts';
import type { Notice } from '../errors.ts';
import { filesOf, printedFiles } from '../manifests/folder.ts';
import { render } from '../manifests/render.ts';
import { extract } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import { isDone, planFolder } from '../out/plan.ts';
import { changePlan } from '../plan/change-plan.ts';
import type { ExitCode } from './exit-code.ts';
import type { PlanFlags } from './plan-command.ts';
import { reportPlan } from './plan-report.ts';
import { readmeTemplate } from './readme-template.ts';
import type { Terminal } from './terminal.ts';

/** What `solutions plan` was asked. */
interface PlanOptions extends PlanFlags {
  /** The folder that holds solutions.yaml. */
  readonly root: string;
}

/** `solutions plan`: what the files change since a revision. */
export async function plan(options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const { root, against: name, strict = false } = options;
  const config = loadConfig(root);
  const [revision, metadata] = await Promise.all([
    startRevision({ root, name }),
    extract(config.solutions.archives, { root, locked: true, acceptChanged: false, write: false }),
  ]);
  const state = resolve(config, metadata.archives);
  const manifests = printedFiles(render(state));
  const files = filesOf(manifests, state, readmeTemplate());
  const records = metadata.archives.map(({ record }) => record);
  const compared = await compareStates(revision, { manifests, files, records }, { root, name });
  const notices = [...metadata.notices, ...state.notices, ...staleness(root, files)];
  const base = { against: name, commit: compared.commit, hasOut: compared.hasOut };
  return reportPlan({ base, plan: changePlan(compared.states), notices, strict }, terminal);
}

/** `out/` is what gets applied: a plan of what it does not say yet must not be taken for it. */
function staleness(root: string, files: ReadonlyMap<string, string>): Notice[] {
  if (isDone(planFolder(join(root, 'out'), files))) return [];
  return [
    {
      code: 'out-stale',
      message: 'out/ is not what the files say, and the plan is of the files',
      hint: 'run `solutions synth` before you commit',
    },
  ];
}
