import { z } from 'zod';
import { SolutionsError, throwAll } from '../errors.ts';
import { didYouMean } from './spelling.ts';
import type { Path, YamlDocument } from './yaml.ts';

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
  document: YamlDocument,
): z.output<Schema> {
  const first = schema.safeParse(document.value);
  const result = first.success
    ? first
    : schema.safeParse(withoutExtensions(document.value, first.error.issues));
  if (result.success) return result.data;
  throwAll(result.error.issues.flatMap((issue) => explain(issue, schema, document)));
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
  document: YamlDocument,
): SolutionsError<'schema'>[] {
  const path = issue.path.filter((key) => typeof key !== 'symbol');
  const complain = (message: string, below: Path = path, hint?: string) =>
    new SolutionsError(message, { code: 'schema', place: document.placeOf(below), hint });

  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) =>
      complain(
        `unknown key \`${pathText([...path, key])}\``,
        [...path, key],
        didYouMean(key, known) ??
          `known here: ${known.join(', ')}; keys of your own start with \`x-\``,
      ),
    );
  }
  if (issue.code === 'invalid_union') {
    // The branch that went deepest is the one that the author meant.
    const branch = issue.errors.toSorted((a, b) => deepest(b) - deepest(a))[0] ?? [];
    const nested = branch.flatMap((inner) =>
      explain({ ...inner, path: [...issue.path, ...inner.path] }, schema, document),
    );
    if (nested.length > 0 && deepest(branch) > 0) return nested;
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => complain(`\`${pathText(path)}\`: ${inner.message}`));
  }
  return [complain(`\`${pathText(path)}\`: ${sentence(issue, at(document.value, path))}`)];
}

function deepest(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function sentence(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === 'custom') return `${issue.message}, found ${foundText(found)}`;
  if (found === undefined) return `is missing; ${expectation(issue)}`;
  return `${expectation(issue)}, found ${foundText(found)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `\`${String(value)}\``).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'expected something, not nothing'
        : `expected at least ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_union':
      return issue.message === 'Invalid input' ? 'expected another type' : issue.message;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  record: 'a map',
  object: 'a map',
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function foundText(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return JSON.stringify(value) ?? typeof value;
}

/** `spec.namespaces[0].name`, and `the document` for the root. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the document';
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

/** The keys that `schema` knows at `path`, for a hint. */
function knownKeys(schema: z.ZodType, path: Path): string[] {
  const found = path.reduce<unknown>(stepInto, unwrap(schema));
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function stepInto(schema: unknown, key: string | number): unknown {
  if (schema instanceof z.ZodObject) return unwrap(schema.shape[key]);
  if (schema instanceof z.ZodArray) return unwrap(schema.element);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType);
  return undefined;
}

/** The schema inside optional(), nullable(), default(), transform() and the like. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
