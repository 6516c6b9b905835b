/** The list of our files, as `sha256sum -c` reads it. It does not list itself. */
export const SUMS = 'SHA256SUMS';

/** The list that is about to come, while files are being replaced. */
export const NEXT_SUMS = '.SHA256SUMS.next';

/**
 * A file before it gets its name, in the folder of that name. `kubectl apply -f` reads dot files
 * too, but no such suffix.
 */
export const PART = '.SHA256SUMS.part';

/** Where a list of digests cannot be trusted, and why. */
interface SumsProblem {
  /**
   * `foreign`: a name that no file of ours in this folder has, so that somebody else wrote the line.
   * `unmarked`: no file that it names is one of ours.
   */
  readonly kind: 'conflict' | 'malformed' | 'foreign' | 'unmarked';
  /** From 1. */
  readonly line: number;
}

/** What a list says: the digests (64 hexadecimal digits) that each name may have. */
export interface Sums {
  readonly text: string;
  readonly digests: ReadonlyMap<string, ReadonlySet<string>>;
  /** The first line that is no `<digest>  <name>` of a file of ours. */
  readonly problem: SumsProblem | undefined;
}

/** Whether a file of ours may have a name in a folder: of what others list there, nothing is ours. */
export type MayHold = (name: string) => boolean;

/** Git's markers: ours, the common ancestor, the border and theirs. */
const MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/u;
const LINE = /^([0-9a-f]{64}) [ *](.+)$/u;

/**
 * Reads a list of digests, as far as it can be read: the lines of both sides of a merge conflict
 * count, a line with a path that is not one of ours ({@link isOwnName}) does not. A list that git
 * gave CRLF endings is read all the same.
 *
 * @param mayHold by default any name that {@link isOwnName} knows
 */
export function parseSums(text: string, mayHold: MayHold = isOwnName): Sums {
  const digests = new Map<string, Set<string>>();
  let problem: SumsProblem | undefined;
  for (const [index, raw] of text.replace(/\n$/u, '').split('\n').entries()) {
    const line = raw.replace(/\r$/u, '');
    const [, digest, name] = LINE.exec(line) ?? [];
    const isListed = digest !== undefined && name !== undefined && isOwnName(name);
    if (isListed && mayHold(name)) {
      digests.set(name, (digests.get(name) ?? new Set()).add(digest));
    } else if (text !== '') {
      const kind = MARKER.test(line) ? 'conflict' : isListed ? 'foreign' : 'malformed';
      // A conflict explains the malformed lines, whichever comes first.
      if (!problem || (kind === 'conflict' && problem.kind !== kind)) {
        problem = { kind, line: index + 1 };
      }
    }
  }
  return { text, digests, problem };
}

/**
 * Whether a list is somebody else's: nothing of ours is wanted in its folder, and it names what none
 * of ours is called. People keep a `gitops/` of their own, where no agent is named.
 */
export function isOthers(sums: Sums | undefined, wanted: number): boolean {
  return wanted === 0 && sums?.problem !== undefined && sums.problem.kind !== 'conflict';
}

/** The list of `digests` by name, in byte order. */
export function sumsText(digests: ReadonlyMap<string, string>): string {
  return inByteOrder(digests.keys())
    .map((name) => `${digests.get(name)}  ${name}\n`)
    .join('');
}

/** Longer ones no file system takes. In bytes. */
const MAX_NAME = 255;

/**
 * Whether `name` can be a file of ours: at most one folder deep, no dot files (`..` is one), nothing
 * that `sha256sum` escapes or a terminal obeys, and not the list itself.
 */
export function isOwnName(name: string): boolean {
  const steps = name.split('/');
  return (
    name !== SUMS &&
    steps.length <= 2 &&
    steps.every(
      (step) => /^[^.\\\p{C}][^\\\p{C}]*$/u.test(step) && Buffer.byteLength(step) <= MAX_NAME,
    )
  );
}

/** The names as `LC_ALL=C sort` has them. */
export function inByteOrder(names: Iterable<string>): string[] {
  return [...names]
    .map((name) => ({ name, bytes: Buffer.from(name) }))
    .toSorted((a, b) => a.bytes.compare(b.bytes))
    .map(({ name }) => name);
}
