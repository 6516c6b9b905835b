/** Names that are shown of many: a reader sees which, and no screen is full of them. */
const SHOWN = 5;

/** `a`, `a and b`, or the first of many. */
export function some(names: readonly string[]): string {
  const isCut = names.length > SHOWN + 1;
  const shown = names.slice(0, isCut ? SHOWN : -1);
  const last = isCut ? `${names.length - SHOWN} more` : (names.at(-1) ?? '');
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}
