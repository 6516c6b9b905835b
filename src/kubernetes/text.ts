/**
 * Words that YAML 1.1, YAML 1.2 or goyaml read as something else than text; other spellings of
 * them are quoted too, for readers and people alike.
 */
const WORDS = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']);
const LONGEST_WORD = 5;

/**
 * How text may start without quotes. Of what starts as a number does, only what holds a letter
 * that no number, time or date has (`100m`, `10Gi`); of what starts with `-`, options.
 */
const START = /^(?:[A-Za-z_/$(\p{L}]|--?[A-Za-z]|\.[A-Za-z/]|[0-9][0-9.]*[GMKPkmnu])/u;

/** `e3` is a float to some YAML 1.1 readers; `.inf` and `.nan` to all. */
const NUMBER_LIKE = /^(?:[-+]?\.?[eE][-+]?[0-9_]+|\.(?:inf|nan))$/iu;

/** What ends a plain scalar or vanishes from it: a comment, a colon, a blank at the end. */
const ENDS = /:(?: |$)| (?:#|$)/u;

/** What JSON leaves as it is and a YAML reader changes or refuses, or a person does not see. */
const UNSAFE =
  /[\u007f-\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffc\ufffe\uffff]/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, 'gu');
// eslint-disable-next-line no-control-regex -- these are what it looks for
const CONTROL = /[\u0000-\u001f]|\p{Surrogate}|[\u{1fffe}\u{1ffff}]/u;

/** Whether `text` holds nothing that must be escaped, line ends excepted. */
export function isClean(text: string): boolean {
  return (
    !CONTROL.test(text.includes('\n') ? text.replaceAll('\n', '') : text) && !UNSAFE.test(text)
  );
}

/** What nearly all keys and values are; nothing below but a word looks like it. */
const NAME = /^[A-DF-Za-df-z_/][\w./-]*$/u;

/** Whether every YAML reader takes `text`, without quotes and in one line, for this very text. */
export function isPlain(text: string): boolean {
  if (text.length <= LONGEST_WORD && WORDS.has(text.toLowerCase())) return false;
  if (NAME.test(text)) return true;
  if (!START.test(text)) return false;
  return !ENDS.test(text) && !NUMBER_LIKE.test(text) && !CONTROL.test(text) && !UNSAFE.test(text);
}

const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * `text` in double quotes, in one line. Half a surrogate pair becomes U+FFFD, as in Go: no YAML can
 * hold it.
 */
export function doubleQuoted(text: string): string {
  return JSON.stringify(text.replaceAll(LONE_SURROGATE, '\ufffd')).replaceAll(
    EVERY_UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
