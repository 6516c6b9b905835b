/**
 * What a terminal obeys, or a reader does not see: controls (C0, DEL, C1), zero-width characters,
 * line and paragraph separators, the marks that turn the direction of text around (CVE-2021-42574),
 * and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;
const UNPRINTABLES = new RegExp(UNPRINTABLE, 'gu');
const BUT_LINES = new RegExp(`(?![\\t\\n])${UNPRINTABLE.source}`, 'gu');
const ASCII = /^[ -~]*$/u;

/** Whether `text` may be shown as it is, on one line. */
export function isPrintable(text: string): boolean {
  // Compiling the other expression takes milliseconds, and nearly all names are plain ASCII.
  return ASCII.test(text) || !UNPRINTABLE.test(text);
}

/** `text` as one line that is safe to show: what is not printable as JSON has it, `\u001b`. */
export function printable(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNPRINTABLES, escaped);
}

/** The same for text of several lines: line feeds and tabs stay. JSON stays the JSON it was. */
export function printableLines(text: string): string {
  return text.replace(BUT_LINES, escaped);
}

/** All of them are in the first plane: four digits. */
function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
