import type { Json } from '../kubernetes/value.ts';
import { printable } from '../printable.ts';
import { dataText } from './canonical.ts';

/** Characters of a value, a name and a path in a sentence. */
const MAX_VALUE = 80;
const MAX_NAME = 100;
const MAX_PATH = 300;
/** More of them do not help anybody. */
const MAX_LISTED = 5;

/** A value in backquotes: text as it is, anything else as JSON, cut. */
export function shown(value: Json): string {
  const text = typeof value === 'string' && value !== '' ? value : dataText(value);
  return `\`${printable(cut(text, MAX_VALUE))}\``;
}

/** `a, b and c` of values in backquotes, and how many more there are after five. */
export function listed(values: readonly Json[]): string {
  const words = values.slice(0, MAX_LISTED).map(shown);
  const rest = values.length - words.length;
  if (rest > 0) return `${words.join(', ')} and ${rest} more`;
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}

/**
 * The path of a field of `path`, `*` for any key of a map. Its beginning is cut where it is long:
 * a schema may nest names of a megabyte.
 */
export function fieldPath(path: string, name: string): string {
  const plain = /^[\w$*-]{1,100}$/u.test(name);
  const step = plain ? name : `[${printable(JSON.stringify(cut(name, MAX_NAME)))}]`;
  if (path.endsWith(': ')) return `${path}${step}`;
  return shortened(plain ? `${path}.${step}` : `${path}${step}`);
}

/** The path of the items of a list. */
export function itemPath(path: string): string {
  return shortened(`${path}[]`);
}

function shortened(path: string): string {
  if (path.length <= MAX_PATH) return path;
  const start = path.slice(0, path.indexOf(': ') + 2);
  return `${start}...${path.slice(start.length + path.length - MAX_PATH)}`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}
