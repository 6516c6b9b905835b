import { join } from 'node:path';
import { compareStates, findRevision, type RenderedFolder } from '../cluster/git-states.ts';
import { loadConfig, type Config } from '../config/load.ts';
import type { Notice } from '../errors.ts';
import { filesOf, isOutName, printedFiles } from '../manifests/folder.ts';
import { gitopsFolder } from '../manifests/gitops.ts';
import { render } from '../manifests/render.ts';
import { extract } from '../metadata/extract.ts';
import { resolve } from '../model/resolve.ts';
import type { State } from '../model/state.ts';
import { isCurrent } from '../out/plan.ts';
import { changePlan } from '../plan/change-plan.ts';
import { renderedTexts } from '../plan/object-set.ts';
import { loadTrusted } from '../trust/keys.ts';
import type { ExitCode } from './exit-code.ts';
import { ownedGitops } from './owned-gitops.ts';
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
  const trusted = loadTrusted(config.platform.trust, root);
  const [revision, metadata] = await Promise.all([
    findRevision({ root, name }),
    extract(config.solutions.archives, {
      root,
      locked: true,
      acceptChanged: false,
      write: false,
      trusted,
    }),
  ]);
  const state = resolve(config, metadata.archives);
  const folders = rendered(state, config.platform.gitops);
  const records = metadata.archives.map(({ record }) => record);
  const { commit, hasManifests, states } = await compareStates(
    revision,
    { folders, records, registry: config.platform.registry },
    { root, name },
  );
  const result = {
    base: { against: name, commit, hasManifests },
    plan: changePlan(states, { waivers: config.platform.crdWaivers, uses: state.crdUses }),
    notices: [...metadata.notices, ...state.notices, ...folders.flatMap(stalenessIn(root))],
    strict,
  };
  return reportPlan(result, terminal);
}

function rendered(state: State, gitops: Config['platform']['gitops']): RenderedFolder[] {
  const manifests = printedFiles(render(state));
  const files = filesOf(manifests, state, readmeTemplate());
  const companions = gitopsFolder(gitops, files.keys());
  return [
    { label: 'out', files, manifests, mayHold: isOutName },
    { ...ownedGitops, files: companions, manifests: renderedTexts(companions) },
  ];
}

/** What lies there gets applied: a plan of what it does not say yet must not be taken for it. */
function stalenessIn(root: string) {
  return ({ label, files, mayHold, mark }: RenderedFolder): Notice[] => {
    if (isCurrent(join(root, label), files, { label, mayHold, mark })) return [];
    return [
      {
        code: 'folder-stale',
        message: `${label}/ is not what the files say, and the plan is of the files`,
        hint: 'run `solutions synth` before you commit',
      },
    ];
  };
}
