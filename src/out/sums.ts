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
  readonly kind: 'conflict' | 'malformed';
  /** From 1. */
  readonly line: number;
}

/** What a list says: the digests (64 hexadecimal digits) that each name may have. */
export interface Sums {
  readonly text: string;
  readonly digests: ReadonlyMap<string, ReadonlySet<string>>;
  /** The first line that is no `<digest>  <name>`. */
  readonly problem: SumsProblem | undefined;
}

/** Git's markers: ours, the common ancestor, the border and theirs. */
const MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?: |$)/u;
const LINE = /^([0-9a-f]{64}) [ *](.+)$/u;

/**
 * Reads a list of digests, as far as it can be read: the lines of both sides of a merge conflict
 * count, a line with a path that is not one of ours ({@link isOwnName}) does not. A list that git
 * gave CRLF endings is read all the same.
 */
export function parseSums(text: string): Sums {
  const digests = new Map<string, Set<string>>();
  let problem: SumsProblem | undefined;
  for (const [index, raw] of text.replace(/\n$/u, '').split('\n').entries()) {
    const line = raw.replace(/\r$/u, '');
    const [, digest, name] = LINE.exec(line) ?? [];
    if (digest !== undefined && name !== undefined && isOwnName(name)) {
      digests.set(name, (digests.get(name) ?? new Set()).add(digest));
    } else if (text !== '') {
      const kind = MARKER.test(line) ? 'conflict' : 'malformed';
      // A conflict explains the malformed lines, whichever comes first.
      if (!problem || (kind === 'conflict' && problem.kind !== kind)) {
        problem = { kind, line: index + 1 };
      }
    }
  }
  return { text, digests, problem };
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
