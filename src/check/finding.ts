import type { Waiver } from '../config/waivers.ts';
import { counted } from '../count.ts';
import { compareText } from '../text-order.ts';
import type { Verdict } from '../trust/verdict.ts';
import { levels, type Level } from './rule.ts';
import { ruleIds, ruleText, type RuleId } from './rules.ts';

/** Where a finding is, inside what was checked. */
export interface Spot {
  /** A file or folder, `/` between its parts; a path of an archive is never one of this machine. */
  readonly path: string;
  /** Counted from 1, as the column. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** An object of a folder of manifests, as people name it. */
export interface ObjectName {
  readonly kind: string;
  /** Absent where the object is in none, or in that of whoever applies it. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** One place where a rule is broken. */
export interface Finding {
  readonly rule: RuleId;
  /** What was found and what was expected, one sentence without a full stop. */
  readonly message: string;
  /** Absent where it is about the whole. */
  readonly at?: Spot | undefined;
  /** What to do about this one, in place of what the rule says. */
  readonly mend?: string | undefined;
  /** The manifest that it is about. */
  readonly object?: ObjectName | undefined;
  /** Why it is right all the same, as platform.yaml says: it counts for nothing. */
  readonly waiver?: string | undefined;
}

/** What was found in one archive, or in one folder of manifests. */
export interface Report {
  /** As the user wrote it. */
  readonly subject: string;
  /** What it is; absent where it could not be opened. */
  readonly kind?: 'iso' | 'directory' | 'manifests' | undefined;
  /** Of a Solution, `<name>-<version>`. */
  readonly id?: string | undefined;
  /** Worst first, then in the order of the rules and of the places. */
  readonly findings: readonly Finding[];
  /** Findings that are left out, by rule: only the first of each are kept. */
  readonly omitted: readonly Omitted[];
  /** Everything that vouches for an image, right or not; nothing does for what is no image. */
  readonly trust?: readonly Verdict[] | undefined;
}

/** How many more findings a rule has. */
interface Omitted {
  readonly rule: RuleId;
  readonly count: number;
}

/** A finding, and in how many more places its cause shows. */
interface Kept {
  readonly finding: Finding;
  more: number;
}

/** What there is to say of a finding beside its rule and its message. */
interface Details extends Omit<Finding, 'rule' | 'message' | 'waiver'> {
  /** What is mended once for all places that it shows in: only the first of these is a finding. */
  readonly cause?: string | undefined;
}

/** Findings of one rule in one report: who has a hundred of a kind mends them all at once. */
const MAX_OF_A_RULE = 20;
/** Characters: names in an archive may be as long as it is. */
const MAX_MESSAGE = 1000;

/** Collects what is found; of each rule so much as somebody reads. */
export class Findings {
  readonly #kept = new Map<RuleId, Kept[]>();
  readonly #waived = new Map<RuleId, Kept[]>();
  readonly #causes = new Map<string, Kept>();
  readonly #omitted = new Map<RuleId, number>();
  readonly #waivers: readonly Waiver[];
  readonly #used = new Set<Waiver>();

  constructor(waivers: readonly Waiver[] = []) {
    this.#waivers = waivers;
  }

  /** Adds a finding, or counts it where there are enough of its rule. */
  add(rule: RuleId, message: string, { cause, ...details }: Details = {}): void {
    const waiver = this.#waivers.find((one) => isAbout(one, rule, details.object));
    if (waiver) this.#used.add(waiver);
    const finding: Finding = {
      rule,
      message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message,
      ...details,
      ...(waiver ? { waiver: waiver.reason } : {}),
    };
    if (!this.#hasCause(finding, cause)) this.#keep(finding, cause);
  }

  /** Whether there is a finding of this cause; then that one counts this place. */
  #hasCause(finding: Finding, cause: string | undefined): boolean {
    const before = cause === undefined ? undefined : this.#causes.get(keyOf(finding, cause));
    if (before) before.more += 1;
    return before !== undefined;
  }

  #keep(finding: Finding, cause: string | undefined): void {
    const { rule, waiver } = finding;
    const list = waiver === undefined ? this.#kept : this.#waived;
    const kept = list.get(rule) ?? [];
    list.set(rule, kept);
    if (kept.some((other) => isSame(other.finding, finding))) return;
    const one = { finding, more: 0 };
    if (cause !== undefined) this.#causes.set(keyOf(finding, cause), one);
    if (kept.length < MAX_OF_A_RULE) kept.push(one);
    else if (waiver === undefined) this.#omitted.set(rule, (this.#omitted.get(rule) ?? 0) + 1);
  }

  /** The waivers that were for nothing that was added. */
  staleWaivers(): Waiver[] {
    return this.#waivers.filter((waiver) => !this.#used.has(waiver));
  }

  /** The report of all that was added. */
  report(about: Omit<Report, 'findings' | 'omitted'>): Report {
    const rules = [...ruleIds].sort((a, b) => rankOf(a) - rankOf(b));
    return {
      ...about,
      findings: rules.flatMap((rule) => [
        ...(this.#kept.get(rule) ?? []).map(shownOnce).toSorted(byPlace),
        ...(this.#waived.get(rule) ?? []).map(shownOnce).toSorted(byPlace),
      ]),
      omitted: rules.flatMap((rule) => {
        const count = this.#omitted.get(rule);
        return count === undefined ? [] : [{ rule, count }];
      }),
    };
  }
}

/** What is waived in one place is not in the others. */
function keyOf({ rule, waiver }: Finding, cause: string): string {
  return JSON.stringify([rule, cause, waiver]);
}

function shownOnce({ finding, more }: Kept): Finding {
  if (more === 0) return finding;
  return { ...finding, message: `${finding.message}, as in ${counted(more, 'more place')}` };
}

function isSame(a: Finding, b: Finding): boolean {
  return a.message === b.message && byPlace(a, b) === 0;
}

function isAbout(waiver: Waiver, rule: RuleId, object: ObjectName | undefined): boolean {
  const { kind, namespace, name } = waiver.object;
  return (
    waiver.rule === rule &&
    (kind === undefined || kind === object?.kind) &&
    (namespace === undefined || namespace === object?.namespace) &&
    (name === undefined || name === object?.name)
  );
}

function rankOf(rule: RuleId): number {
  return levels.indexOf(ruleText(rule).level);
}

function byPlace(a: Finding, b: Finding): number {
  const [first, second] = [spotOf(a), spotOf(b)];
  return (
    compareText(first.path, second.path) ||
    first.line - second.line ||
    first.column - second.column ||
    compareText(a.message, b.message)
  );
}

function spotOf({ at }: Finding) {
  return { path: at?.path ?? '', line: at?.line ?? 0, column: at?.column ?? 0 };
}

/** How many findings of a level count in some reports, those that were left out included. */
export function countOf(reports: readonly Report[], level: Level): number {
  const isOf = ({ rule }: { readonly rule: RuleId }): boolean => ruleText(rule).level === level;
  return reports.reduce(
    (sum, { findings, omitted }) =>
      sum +
      findings.filter((one) => isOf(one) && one.waiver === undefined).length +
      omitted.filter(isOf).reduce((more, { count }) => more + count, 0),
    0,
  );
}

/** `path:line:column`, as compilers print it. */
export function spotText({ path, line, column }: Spot): string {
  return [path, line, column].filter((part) => part !== undefined).join(':');
}
