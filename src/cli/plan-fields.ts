import { counted } from '../count.ts';
import type { FieldChange } from '../plan/field-changes.ts';
import type { ChangedObject } from '../plan/object-changes.ts';

/** Fields of one object that are shown: of a vendor's large CRD nobody reads on. */
const MAX_FIELDS = 12;
/** Characters of a line that holds both values. */
const MAX_LINE = 90;

/** The fields of an object that differ, as lines of a diff. */
export function fieldLines({ fields, moreFields }: ChangedObject): string[] {
  const shown = fields.slice(0, MAX_FIELDS);
  const left = fields.length - shown.length + moreFields;
  return [
    ...shown.flatMap(linesOf),
    ...(left > 0 ? [`    and ${counted(left, 'more field')}`] : []),
  ];
}

/** A value that comes or goes, or both values, on the line of the path where they fit. */
function linesOf(change: FieldChange): string[] {
  const { path, before, after, lines } = change;
  const head = `    ${path}:`;
  if (lines === undefined) {
    const short = shortLine(change);
    if (short.length <= MAX_LINE) return [short];
  }
  return [head, ...signed('-', before), ...signed('+', after)];
}

function shortLine({ path, before, after }: FieldChange): string {
  if (before === undefined) return `+   ${path}: ${after}`;
  if (after === undefined) return `-   ${path}: ${before}`;
  return `    ${path}: ${before} -> ${after}`;
}

/** Lines of one text that are shown: more of them are no summary. */
const MAX_TEXT = 8;

function signed(sign: '-' | '+', text: string | undefined): string[] {
  if (text === undefined) return [];
  const lines = text.split('\n');
  const left = lines.length - MAX_TEXT;
  return [
    ...lines.slice(0, MAX_TEXT).map((line) => `${sign}     ${line}`),
    ...(left > 0 ? [`${sign}     …`] : []),
  ];
}
