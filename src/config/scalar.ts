/**
 * What a plain scalar means in the core schema of YAML 1.2: `on` and `yes` are text, `010` is ten.
 *
 * @see https://yaml.org/spec/1.2.2/#1032-tag-resolution
 */
export function coreValue(text: string): string | number | boolean | null {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (NUMBER.test(text)) return Number(text);
  return INFINITE.test(text) ? infinite(text) : text;
}

const NULL = /^(?:~|null|Null|NULL)?$/u;
const TRUE = /^(?:true|True|TRUE)$/u;
const FALSE = /^(?:false|False|FALSE)$/u;
const NUMBER =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+)$/u;
const INFINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/u;

function infinite(text: string): number {
  if (/n$/iu.test(text)) return Number.NaN;
  return text.startsWith('-') ? -Infinity : Infinity;
}
