import { baseOf, readBeside, type SmallFile, type Spot } from './beside.ts';
import { settled, type Claim } from './verdict.ts';

/** One line of a file of sums. */
interface SumLine {
  readonly sha256: string;
  /** As written, escapes resolved; it may be a path of the machine that made it. Empty for none. */
  readonly path: string;
}

/** As `sha256sum` writes a line: a backslash before one whose name has escapes, `*` for binary. */
const LINE = /^(\\?)([0-9a-fA-F]{64})(?: [ *](.+))?$/u;
/** As `sha256sum --tag` and the BSDs do. */
const TAGGED = /^(\\?)SHA256 ?\((.+)\) ?= ?([0-9a-fA-F]{64})$/u;
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r' };

/** What a file of sums lists, whatever else is in it: `SHA256SUM` files are signed, commented, mixed. */
export function parseSums(bytes: Uint8Array): SumLine[] {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/u, '');
  return text.split('\n').flatMap((raw) => {
    const line = raw.trimEnd();
    const tagged = TAGGED.exec(line);
    const [, escaped, sum, path = ''] = tagged
      ? [undefined, tagged[1], tagged[3], tagged[2]]
      : (LINE.exec(line) ?? []);
    if (sum === undefined) return [];
    return [
      {
        sha256: sum.toLowerCase(),
        path: escaped ? path.replace(/\\[\\nr]/gu, (found) => ESCAPES[found] ?? found) : path,
      },
    ];
  });
}

/** The files of sums beside an archive that list it. */
export function sumsClaims(spot: Spot): Claim[] {
  const base = baseOf(spot);
  const own = readBeside(spot, `${base}.sha256`);
  const shared = ['SHA256SUM', 'SHA256SUMS'].flatMap((name) => readBeside(spot, name) ?? []);
  return [
    ...(own ? [claimOf(own, base, true)] : []),
    ...shared.map((file) => claimOf(file, base, false)),
  ].flatMap((claim) => claim ?? []);
}

/** @param isOwn whether the file is about this archive alone, under whatever name it once had */
function claimOf({ file, content }: SmallFile, base: string, isOwn: boolean): Claim | undefined {
  const check = 'sha256-file';
  if (typeof content === 'string') {
    const hint = 'mend the file, or move it away if it is not about this archive';
    const message = `the file of sums cannot be read: ${content}`;
    return settled({ check, state: 'wrong', file, message, hint });
  }
  const sums = sumsOf(parseSums(content), base, isOwn);
  if (sums.length === 0) return undefined;
  return {
    check,
    file,
    checks: [],
    judge({ sha256 }) {
      if (sums.every((sum) => sum === sha256)) {
        return {
          check,
          state: 'checked',
          file,
          message: 'the archive has the sha256 that it lists',
        };
      }
      return {
        check,
        state: 'wrong',
        file,
        message: `the archive has the sha256 ${sha256}, this file lists ${fewSums(sums)}`,
        hint: 'the archive is damaged or another one: get it again, together with this file',
      };
    },
  };
}

/** A file of sums may list one name ten thousand times. */
function fewSums(sums: readonly string[]): string {
  const more = sums.length > 2 ? ` and ${sums.length - 2} more` : '';
  return `${sums.slice(0, 2).join(' and ')}${more}`;
}

/** The different sums that are listed for a file of this name. */
function sumsOf(lines: readonly SumLine[], base: string, isOwn: boolean): string[] {
  const named = lines.filter(({ path }) => path.slice(path.lastIndexOf('/') + 1) === base);
  // `builds/old/a.iso` may stand beside `a.iso`: the plain name means the one that lies here.
  const plain = named.filter(({ path }) => path === base || path === `./${base}`);
  const alone = isOwn && lines.length === 1 ? lines : [];
  const chosen = [plain, named, alone].find(({ length }) => length > 0) ?? [];
  return [...new Set(chosen.map(({ sha256 }) => sha256))];
}
