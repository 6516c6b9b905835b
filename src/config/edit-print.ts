import { doubleQuoted, isPlain } from '../kubernetes/text.ts';
import { isJsonList, isJsonObject, type Json } from '../kubernetes/value.ts';
import type { Layout } from './edit-layout.ts';

/** How text is quoted where it would stand without quotes elsewhere: as what is beside it. */
export type Quote = "'" | '"' | undefined;

/** Whether a value has nothing that would stand in lines of its own. */
export function isInline(value: Json): boolean {
  if (isJsonList(value)) return value.length === 0;
  return !isJsonObject(value) || Object.keys(value).length === 0;
}

/** A map or a list in block style; its first line has no indent: whoever calls stands at `column`. */
export function blockText(value: Json, column: number, layout: Layout): string {
  const below = `\n${' '.repeat(column)}`;
  if (isJsonList(value)) return value.map((item) => itemText(item, column, { layout })).join(below);
  if (!isJsonObject(value)) return scalarText(value, undefined);
  return Object.entries(value)
    .map(([key, entry]) => entryText(key, entry, { column, layout }))
    .join(below);
}

interface PrintOptions {
  readonly layout: Layout;
  readonly quote?: Quote;
}

/** An item of a block list whose dashes are at `column`. */
export function itemText(item: Json, column: number, { layout, quote }: PrintOptions): string {
  const { dashStep } = layout;
  const text = isInline(item)
    ? scalarText(item, quote)
    : blockText(item, column + dashStep, layout);
  return `-${' '.repeat(dashStep - 1)}${text}`;
}

/** An entry of a block map whose keys are at `column`. */
export function entryText(
  key: string,
  value: Json,
  { column, layout, quote }: PrintOptions & { readonly column: number },
): string {
  const name = scalarText(key, undefined);
  if (isInline(value)) return `${name}: ${scalarText(value, quote)}`;
  return `${name}:${linesBelow(value, column, layout)}`;
}

/** A map or a list in lines of its own, below a key at `column`; the line end before it included. */
export function linesBelow(value: Json, column: number, layout: Layout): string {
  const inner = column + (isJsonList(value) ? layout.listStep : layout.step);
  return `\n${' '.repeat(inner)}${blockText(value, inner, layout)}`;
}

/** A value in one line, as it may stand in flow style. */
export function flowText(value: Json, layout: Layout, quote: Quote): string {
  if (isJsonList(value)) {
    return `[${value.map((item) => flowText(item, layout, quote)).join(', ')}]`;
  }
  if (!isJsonObject(value)) return flowScalar(value, quote);
  const { padding } = layout;
  const entries = Object.entries(value).map(([key, entry]) =>
    flowEntry(key, entry, { layout, quote }),
  );
  return entries.length === 0 ? '{}' : `{${padding}${entries.join(', ')}${padding}}`;
}

/** An entry of a flow map. */
export function flowEntry(key: string, value: Json, { layout, quote }: PrintOptions): string {
  return `${flowScalar(key, quote)}: ${flowText(value, layout, quote)}`;
}

function flowScalar(value: Json, quote: Quote): string {
  const needsQuotes = typeof value === 'string' && /[,?[\]{}]/u.test(value);
  return scalarText(value, needsQuotes ? (quote ?? '"') : quote);
}

/** A scalar in one line; text is quoted where any reader in use would make something else of it. */
function scalarText(value: Json, quote: Quote): string {
  if (isJsonList(value)) return '[]';
  if (isJsonObject(value)) return '{}';
  if (typeof value !== 'string') return String(value);
  if (quote === undefined && (isPlain(value) || isVersionOrPath(value))) return value;
  const isSimple = quote === "'" && isPlain(`a${value}`);
  return isSimple ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}

/**
 * What people write without quotes, and what starts too much like a number or a document's end for
 * {@link isPlain}. Three numbers with points between them are text to every reader, two are not.
 */
function isVersionOrPath(text: string): boolean {
  return (
    /^(?:[0-9]+\.[0-9]+\.[0-9]+(?:[-+.][-+.0-9A-Za-z]*)?$|\.\.?\/)/u.test(text) &&
    isPlain(`/${text}`)
  );
}
