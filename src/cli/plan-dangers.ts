import type { JudgedChange } from '../crd/waiver.ts';
import type { CrdDangers, SharedCrd } from '../plan/crd-dangers.ts';
import { groupBy } from '../plan/grouped.ts';
import type { Right, RightsChange } from '../plan/new-rights.ts';
import { some } from './plan-names.ts';

/** Changes of one CRD that are shown: the worst come first. */
const MAX_CHANGES = 30;

/** What becomes of custom resources, as lines of a diff. */
export function crdLines({ changed, shared }: CrdDangers): string[] {
  return [
    ...changed.flatMap(({ name, changes }) => [`  ${name}`, ...changeLines(changes)]),
    ...shared.flatMap(sharedLines),
  ];
}

function sharedLines({ name, renderedFrom, sharedBy, changes, ...how }: SharedCrd): string[] {
  const head = `${name} of ${renderedFrom}, which ${sharedBy} shares`;
  // What was so before is no news.
  if (how.isCompatible) return how.isNew ? [`  ${head}: compatible`] : [];
  return [`! ${head}: incompatible${how.isNew ? '' : ', as before'}`, ...changeLines(changes)];
}

const signs = { breaking: '-', risky: '!', safe: ' ' } as const;

function changeLines(changes: readonly JudgedChange[]): string[] {
  const left = changes.length - MAX_CHANGES;
  return [
    ...changes.slice(0, MAX_CHANGES).flatMap(changeText),
    ...(left > 0 ? [`    and ${left} more`] : []),
  ];
}

function changeText({ rule, level, path, message, waiver }: JudgedChange): string[] {
  const sign = waiver === undefined ? signs[level] : ' ';
  return [
    `${sign}   ${level}: ${path === '' ? '' : `${path}: `}${message} (${rule})`,
    ...(waiver === undefined ? [] : [`      waived: ${waiver}`]),
  ];
}

/** Rights of one change that are shown. */
const MAX_RIGHTS = 30;

/** What Operators may do from now on, and no longer, as lines of a diff. */
export function rightsLines(rights: readonly RightsChange[]): string[] {
  return rights.flatMap(({ accounts, gained, lost }) => [
    ...groupBy(accounts, ({ name }) => name).map(
      (group) => `  ${group[0].name} in ${some(group.map(({ namespace }) => namespace))}`,
    ),
    ...rightLines('+', gained),
    ...rightLines('-', lost),
  ]);
}

function rightLines(sign: '+' | '-', rights: readonly Right[]): string[] {
  const left = rights.length - MAX_RIGHTS;
  return [
    ...rights
      .slice(0, MAX_RIGHTS)
      .flatMap(({ text, notable }) => [
        `${sign}   ${text}`,
        ...(notable === undefined || sign === '-' ? [] : [`!     ${notable}`]),
      ]),
    ...(left > 0 ? [`${sign}   and ${left} more`] : []),
  ];
}
