import type { Notice } from '../errors.ts';
import { isEmptyPlan, type ChangePlan } from '../plan/change-plan.ts';
import { deleteLine } from '../plan/removed.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { planNotes, planTitle, type PlanBase } from './plan-base.ts';
import { planMarkdown } from './plan-markdown.ts';
import { placementLines, planSections, type PlanSection } from './plan-sections.ts';
import { toJson, type StyledLine, type Terminal } from './terminal.ts';

/** What a run of `plan` found. */
export interface PlanResult {
  readonly base: PlanBase;
  readonly plan: ChangePlan;
  readonly notices: readonly Notice[];
  /** Whether a breaking change of a CRD is a failure. */
  readonly strict: boolean;
}

/** Prints a plan, and says how the run ends. */
export function reportPlan(result: PlanResult, terminal: Terminal): ExitCode {
  const { plan, base, notices, strict } = result;
  if (terminal.format === 'json') terminal.printJson(jsonOf(result));
  else if (terminal.format === 'markdown') terminal.print(planMarkdown({ base, plan, notices }));
  else {
    for (const notice of notices) terminal.warn(notice);
    terminal.printStyled(textOf(result));
  }
  if (strict && plan.crds.breaking > 0) {
    terminal.say(strictLine(plan.crds.breaking));
    return exitCodes.failed;
  }
  return isEmptyPlan(plan) ? exitCodes.done : exitCodes.differences;
}

function jsonOf({ base, plan, notices }: PlanResult) {
  const { against, commit = null, hasManifests } = base;
  const shared = plan.crds.shared.map(({ isCompatible, isNew, ...crd }) => ({
    ...crd,
    compatible: isCompatible,
    new: isNew,
  }));
  return {
    base: { against, commit, manifests: hasManifests },
    changes: !isEmptyPlan(plan),
    ...plan,
    crds: { ...plan.crds, shared },
    deleteLines: plan.objects.removed.map(deleteLine),
    warnings: notices.map(toJson),
  };
}

function textOf({ base, plan }: PlanResult): StyledLine[] {
  const head: StyledLine[] = [{ text: planTitle(base), style: 'bold' }];
  const notes = planNotes(base);
  const nothing = isEmptyPlan(plan) ? ['Nothing changes.'] : [];
  return [
    ...head,
    ...[...notes, ...nothing, ...placementLines(plan.placement)].map((text) => ({
      text: `  ${text}`,
    })),
    ...planSections(plan).flatMap(sectionLines),
  ];
}

const styles: Readonly<Record<string, StyledLine['style']>> = {
  '+': 'green',
  '-': 'red',
  '!': 'yellow',
};

function sectionLines({ title, lines, language }: PlanSection): StyledLine[] {
  return [
    { text: '' },
    { text: title, style: 'bold' },
    ...lines.map((text) =>
      language === 'diff' ? { text, style: styles[text.charAt(0)] } : { text: `  ${text}` },
    ),
  ];
}

function strictLine(breaking: number): string {
  const what = breaking === 1 ? 'change of a CRD is' : 'changes of CRDs are';
  return `--strict: ${breaking} breaking ${what} not waived; \`crdWaivers\` in platform.yaml says why one is right`;
}
