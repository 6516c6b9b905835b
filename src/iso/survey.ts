/** How often something was met, and where first. */
export interface Tally {
  count: number;
  /** A path inside the image. */
  first: string | undefined;
}

/** What is valid and read like anything else, but not how an archive should be made. */
export interface Survey {
  /** Entries whose user or group is not 0 (PX, RRIP 4.1.1). */
  readonly owned: Tally;
  /** Hidden entries, and associated files, which are left out (ECMA-119 9.1.6). */
  readonly hidden: Tally;
  /** Directories that Rock Ridge has elsewhere (RRIP 4.1.5). */
  readonly relocated: Tally;
  /** Identifiers over 31 characters, their version not counted (ECMA-119 7.5.1). */
  readonly longNames: Tally;
  /** Directories below the eighth level, the root being the first (ECMA-119 6.8.2.1). */
  readonly deep: Tally;
}

/** A survey of nothing yet. */
export function newSurvey(): Survey {
  return {
    owned: emptyTally(),
    hidden: emptyTally(),
    relocated: emptyTally(),
    longNames: emptyTally(),
    deep: emptyTally(),
  };
}

function emptyTally(): Tally {
  return { count: 0, first: undefined };
}

/** Counts what was met at `path`. */
export function tally(of: Tally, path: string): void {
  of.count += 1;
  of.first ??= path;
}
