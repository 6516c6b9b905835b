import * as z from 'zod';
import { throwAll, type Place, type SolutionsError } from '../errors.ts';
import type { Path } from './document.ts';
import { firstOf, mistake, type ConfigCode } from './mistake.ts';
import { pathText, sentence } from './schema-mistake.ts';
import { knownKeys } from './schema-path.ts';
import { didYouMean } from './spelling.ts';

/** Plain values, and where each of them stands: YAML or another format. */
interface Document {
  readonly value: unknown;
  /** The place of what is at `path`, or of the nearest above it that exists. */
  placeOf(path: Path): Place;
}

/** To compile a schema takes longer than to read some hundred documents by it. */
export const UNCOMPILED: z.core.ParseContext<z.core.$ZodIssue> = { jitless: true };

/**
 * The value of a document, as `schema` says it is.
 *
 * Keys that start with `x-` are people's own and dropped wherever the schema knows the keys.
 *
 * @throws SolutionsError with code `schema`, or several in an AggregateError: every mistake in
 *   the document, each with its place.
 */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  document: Document,
): z.output<Schema> {
  const first = schema.safeParse(document.value, UNCOMPILED);
  const result = first.success
    ? first
    : schema.safeParse(withoutExtensions(document.value, first.error.issues), UNCOMPILED);
  if (result.success) return result.data;
  const mistakes = result.error.issues.flatMap((issue) => explain(issue, schema, document));
  throwAll(firstOf(mistakes, document.placeOf([]).file));
  throw new Error('a schema failed without an issue');
}

function withoutExtensions(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const copy: unknown = structuredClone(value);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = at(copy, issue.path);
    if (typeof holder !== 'object' || holder === null) continue;
    for (const key of issue.keys) if (key.startsWith('x-')) Reflect.deleteProperty(holder, key);
  }
  return copy;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined,
    value,
  );
}

function explain(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  document: Document,
): (() => SolutionsError<ConfigCode>)[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => () => unknownKey([...path, key], known, document));
  }
  return [
    () => {
      const found = issue.code === 'invalid_key' ? path.at(-1) : at(document.value, path);
      const { message, hint } = sentence(issue, found);
      const place = document.placeOf(path);
      return mistake('schema', `${pathText(path)} ${message}`, { place, hint });
    },
  ];
}

function unknownKey(
  path: Path,
  known: readonly string[],
  document: Document,
): SolutionsError<ConfigCode> {
  const list = known.map((key) => `\`${key}\``).join(', ');
  return mistake('schema', `${pathText(path)} is not a known key`, {
    place: document.placeOf(path),
    hint:
      didYouMean(String(path.at(-1)), known) ??
      `known here: ${list}; keys of your own start with \`x-\``,
  });
}
