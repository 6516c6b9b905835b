/** What a plan compares with. */
export interface PlanBase {
  /** The revision as the user wrote it. */
  readonly against: string;
  /** The full name of its commit; undefined where nothing was committed yet. */
  readonly commit: string | undefined;
  /** Whether it has an `out/`. */
  readonly hasOut: boolean;
}

/** `Plan against main (cdf72ee1a2b3)`. */
export function planTitle({ against, commit }: PlanBase): string {
  // Somebody may have given the commit itself.
  const isName = commit !== undefined && !commit.startsWith(against);
  return `Plan against ${against}${isName ? ` (${commit.slice(0, 12)})` : ''}`;
}

/** What a reader should know of it. */
export function planNotes({ commit, hasOut }: PlanBase): string[] {
  if (commit === undefined) return ['Nothing was committed yet: everything is new.'];
  return hasOut ? [] : ['The revision has no manifests in out/: everything is new.'];
}
