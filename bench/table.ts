/** One line of the result: ours, beside what somebody would use instead. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly beside?: string | undefined;
  readonly theirs?: string | undefined;
  /** How many times as long theirs takes. */
  readonly ratio?: string | undefined;
  readonly target?: string | undefined;
  /** Whether the target was met; absent where there is none, or nothing to compare with. */
  readonly isMet?: boolean | undefined;
}

const HEAD = ['what', 'ours', 'beside', 'theirs', 'ratio', 'target', ''];
const RIGHT = new Set([1, 3, 4]);

/** The rows as text, columns aligned. */
export function tableText(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  const [head = [], ...body] = cells;
  return [head, rule, ...body]
    .map((line) =>
      line
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(row: Row): string[] {
  const verdict = row.isMet === undefined ? '' : verdictOf(row.isMet);
  const { what, ours, beside = '', theirs = '', ratio = '', target = '' } = row;
  return [what, ours, beside, theirs, ratio, target, verdict];
}

function verdictOf(isMet: boolean): string {
  return isMet ? 'ok' : 'missed';
}

/** What is measured against a number that it must stay below. */
interface Limited {
  readonly what: string;
  readonly value: number;
  readonly atMost?: number | undefined;
  readonly text: (value: number) => string;
}

/** A row for one of our figures alone. */
export function limitRow({ what, value, atMost, text }: Limited): Row {
  if (atMost === undefined) return { what, ours: text(value) };
  return { what, ours: text(value), target: `at most ${text(atMost)}`, isMet: value <= atMost };
}

/** Two times in milliseconds; theirs is absent where the tool is not installed. */
interface Compared {
  readonly what: string;
  readonly ours: number;
  readonly beside: string;
  readonly theirs: number | undefined;
  /** How many times as long theirs must take, at least. */
  readonly atLeast?: number | undefined;
}

/** A row for one of our times beside another one. */
export function compareRow({ what, ours, beside, theirs, atLeast }: Compared): Row {
  const target = atLeast === undefined ? undefined : `at least ${atLeast}x`;
  const row = { what, ours: timeText(ours), beside, target };
  if (theirs === undefined) return { ...row, theirs: 'not installed' };
  const ratio = theirs / ours;
  return {
    ...row,
    theirs: timeText(theirs),
    ratio: `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`,
    isMet: atLeast === undefined ? undefined : ratio >= atLeast,
  };
}

/** Milliseconds or seconds, three digits or so. */
export function timeText(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds.toFixed(milliseconds < 20 ? 2 : 0)} ms`;
}

/** Whole mebibytes. */
export function memoryText(mebibytes: number): string {
  return `${mebibytes.toFixed(0)} MiB`;
}

/** How many times as much. */
export function factorText(factor: number): string {
  return `${factor.toFixed(1)}x`;
}

/** A number that counts something. */
export function countText(count: number): string {
  return String(count);
}
