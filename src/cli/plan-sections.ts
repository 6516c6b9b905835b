import { groupBy, groupObjects, type ObjectGroup } from '../plan/grouped.ts';
import type { ChangePlan } from '../plan/change-plan.ts';
import type { ChangedObject } from '../plan/object-changes.ts';
import type { ArchiveImages, ImageChanges, PlannedImage } from '../plan/image-changes.ts';
import type { ImportedSolution, PlacementChanges } from '../plan/placement-changes.ts';
import { deleteLine, holdsOthers, warningsOf, type ObjectName } from '../plan/removed.ts';
import type { DeploymentChange } from '../plan/workloads.ts';
import { bytesText } from './bytes.ts';
import { counted } from '../count.ts';
import { crdLines, rightsLines } from './plan-dangers.ts';
import { fieldLines } from './plan-fields.ts';
import { some } from './plan-names.ts';

/**
 * A part of a plan for people. Each line is one line of a terminal or of a fenced block, made safe
 * by whoever prints it; `+`, `-` and `!` in its first column say what comes, goes and changes.
 */
export interface PlanSection {
  /** In our own words alone, no text from elsewhere. */
  readonly title: string;
  readonly lines: readonly string[];
  /** What an editor would call the lines. */
  readonly language: 'diff' | 'sh';
  /** Whether nobody should overlook it. */
  readonly isGrave?: boolean;
}

/** The parts of a plan in which something changes, the gravest first. */
export function planSections(plan: ChangePlan): PlanSection[] {
  const { objects } = plan;
  const { added, changed, removed } = objects;
  return [
    { ...section(crdsTitle(plan), crdLines(plan.crds)), isGrave: plan.crds.breaking > 0 },
    { ...section(rightsTitle(plan), rightsLines(plan.rights)), isGrave: gainsNotable(plan) },
    section(workloadsTitle(plan), workloadLines(plan)),
    section(imagesTitle(plan), imageLines(plan.images)),
    section(
      `Objects: ${added.length} added, ${changed.length} changed, ${removed.length} removed`,
      [
        ...groupObjects(added, nothing).map((group) => `+ ${groupText(group)}`),
        ...groupObjects(changed, saidOf).flatMap(changedLines),
        ...groupObjects(removed, nothing).map((group) => `- ${groupText(group)}`),
      ],
    ),
    {
      title: 'To delete what was removed: an apply does not, an agent all but CRDs and Namespaces',
      lines: deleteLines(removed),
      language: 'sh' as const,
    },
    {
      title: 'To remove images that nobody needs: they stay in the registry',
      lines: plan.images.unpush,
      language: 'sh' as const,
    },
  ].filter(({ lines }) => lines.length > 0);
}

function section(title: string, lines: readonly string[]): PlanSection {
  return { title, lines, language: 'diff' };
}

function nothing(): undefined {
  return undefined;
}

function saidOf({ fields, moreFields }: ChangedObject): unknown {
  return [fields, moreFields];
}

function changedLines(group: ObjectGroup<ChangedObject>): string[] {
  return [`! ${groupText(group)}`, ...fieldLines(group.first)];
}

/** `Deployment store-operator in a, b and 998 more`. */
function groupText({ kind, names, namespaces }: Omit<ObjectGroup<unknown>, 'first'>): string {
  const where = namespaces.length === 0 ? '' : ` in ${some(namespaces)}`;
  return `${kind} ${some(names)}${where}`;
}

/** What a reader wants to know first: which version runs where. */
export function placementLines({ namespaces, placed, solutions }: PlacementChanges): string[] {
  const moved = groupBy(placed, ({ solution, before, after }) =>
    JSON.stringify([solution, before, after]),
  );
  return [
    ...groupBy(namespaces, ({ what }) => what).map(
      (group) => `${nounOf(group, 'Namespace')} ${some(group.map(placeText))} ${group[0].what}`,
    ),
    ...moved.map((group) => {
      const [{ solution, before, after }] = group;
      return `${some(group.map(placeText))}: ${solution} ${stepText(before, after)}`;
    }),
    ...solutions.map(({ solution, imported, dropped, active }) => {
      const parts = [
        ...(imported.length > 0 ? [`${some(imported)} imported`] : []),
        ...(dropped.length > 0 ? [`${some(dropped)} no longer imported`] : []),
        ...(active ? [activeText(active)] : []),
      ];
      return `${solution}: ${parts.join('; ')}`;
    }),
  ];
}

function activeText({ before, after }: NonNullable<ImportedSolution['active']>): string {
  if (after === undefined) return 'none active';
  return before === undefined ? `active ${after}` : `active ${before} -> ${after}`;
}

function nounOf(items: readonly unknown[], noun: string): string {
  return items.length === 1 ? noun : `${noun}s`;
}

/** An Environment mostly has one Namespace, named as it is. */
function placeText({ environment, namespace }: { environment: string; namespace: string }): string {
  return environment === namespace ? environment : `${environment}/${namespace}`;
}

function stepText(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `${after} (new)`;
  return after === undefined ? `${before} removed` : `${before} -> ${after}`;
}

function crdsTitle({ crds: { breaking } }: ChangePlan): string {
  if (breaking === 0) return 'CRDs';
  return `CRDs: ${counted(breaking, 'breaking change')} without a waiver`;
}

function rightsTitle({ rights }: ChangePlan): string {
  const gained = accountsOf(rights.filter((one) => one.gained.length > 0));
  const lost = accountsOf(rights.filter((one) => one.lost.length > 0));
  return `Rights: gained by ${counted(gained, 'Operator')}, lost by ${lost}`;
}

/** What reaches further than its words say must not be folded away. */
function gainsNotable({ rights }: ChangePlan): boolean {
  return rights.some(({ gained }) => gained.some(({ notable }) => notable !== undefined));
}

function accountsOf(changes: ChangePlan['rights']): number {
  return sumOf(changes, ({ accounts }) => accounts.length);
}

function sumOf<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + count(item), 0);
}

function workloadsTitle({ workloads: { jobs, deployments } }: ChangePlan): string {
  const restarted = deployments.filter(({ what }) => what === 'restarted').length;
  return `Workloads: ${counted(jobs.length, 'Job')} to run, ${counted(restarted, 'Deployment')} to restart`;
}

const signs = { created: '+', restarted: '!', scaled: '!', deleted: '-' } as const;

function workloadLines({ workloads: { jobs, deployments } }: ChangePlan): string[] {
  return [
    ...groupObjects(jobs, nothing).map((group) => `+ ${groupText(group)}: runs`),
    ...groupObjects(deployments, ({ what, why, replicas }) => [what, why, replicas]).map(
      (group) => `${signs[group.first.what]} ${groupText(group)}: ${fateText(group.first)}`,
    ),
  ];
}

function fateText({ what, why, replicas }: DeploymentChange): string {
  const scaled = replicas ? `${replicas.before} -> ${replicas.after} Pods` : '';
  if (what === 'scaled') return scaled;
  if (what === 'deleted') return 'stops with the `kubectl delete` line';
  if (what === 'created') return 'starts';
  return [`restarts (${why.join(', ')})`, scaled].filter((text) => text !== '').join(', ');
}

function imagesTitle({ images: { archives, transfer } }: ChangePlan): string {
  const added = sumOf(archives, (one) => one.added.length);
  const removed = sumOf(archives, (one) => one.removed.length);
  return `Images: ${added} added, ${removed} removed, ${bytesText(transfer)} to transfer`;
}

function imageLines({ archives, registry }: ImageChanges): string[] {
  return [
    ...(registry
      ? [
          `! another registry: ${registry.before} -> ${registry.after}`,
          '!   it must have all of them before a Pod starts; they stay in the other one, too',
        ]
      : []),
    ...archives.flatMap(archiveLines),
  ];
}

function archiveLines({ id, added, removed, transfer }: ArchiveImages): string[] {
  const fate = added.length > 0 ? `${bytesText(transfer)} to transfer` : 'no longer in an archive';
  return [
    `  ${id}: ${fate}`,
    ...added.map((image) => `+   ${imageText(image)}`),
    ...removed.map((image) => `-   ${imageText(image)}`),
  ];
}

/** Enough of a digest to tell two apart. */
const SHORT = 'sha256:'.length + 12;

function imageText({ name, tag, digest }: PlannedImage): string {
  return `${name}:${tag} ${digest.slice(0, SHORT)}`;
}

/** What holds others goes last, and only when somebody is sure. */
function deleteLines(removed: readonly ObjectName[]): string[] {
  const last = removed.filter(holdsOthers);
  const first = removed.filter((object) => !holdsOthers(object));
  return [
    ...warningsOf(removed),
    ...first.map(deleteLine),
    ...(last.length === 0
      ? []
      : [
          '# With much inside: all custom resources of a CRD, everything in a Namespace.',
          '# Only when nobody needs it any more:',
          ...last.map(deleteLine),
        ]),
  ];
}
