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
    ...(left > 0 ? [`    and ${left} more ${left === 1 ? 'field' : 'fields'}`] : []),
  ];
}

function linesOf({ path, before, after, lines }: FieldChange): string[] {
  const head = `    ${path}:`;
  const short = `${head} ${before} -> ${after}`;
  const isBoth = before !== undefined && after !== undefined;
  if (isBoth && lines === undefined && short.length <= MAX_LINE) return [short];
  return [head, ...signed('-', before), ...signed('+', after)];
}

/** Also the lines of a text of several. */
function signed(sign: '-' | '+', text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n').map((line) => `${sign}     ${line}`);
}
