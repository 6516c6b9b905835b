/** What a plan compares with. */
export interface PlanBase {
  /** The revision as the user wrote it. */
  readonly against: string;
  /** The full name of its commit; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  /** Whether it has manifests in `out/`. */
  readonly hasManifests: boolean;
}

/**
 * `Plan against main (cdf72ee1a2b3)`.
 *
 * @param mark what makes the names of commits safe where the title goes
 */
export function planTitle({ against, commit }: PlanBase, mark = asIs): string {
  // Somebody may have given the commit itself.
  const isName = commit !== undefined && !commit.startsWith(against);
  return `Plan against ${mark(against)}${isName ? ` (${mark(commit.slice(0, 12))})` : ''}`;
}

function asIs(text: string): string {
  return text;
}

/** What a reader should know of it. */
export function planNotes({ commit, hasManifests }: PlanBase): string[] {
  if (commit === undefined) return ['Nothing was committed yet: everything is new.'];
  return hasManifests ? [] : ['The revision has no manifests in out/: everything is new.'];
}
