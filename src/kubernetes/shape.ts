import { isJsonList, isJsonObject, type Json, type JsonObject } from './value.ts';

/** What the API server takes at a place: of a map, which fields there are and which must be. */
export type Shape =
  | 'text'
  | 'flag'
  | 'number'
  | 'anything'
  | { readonly listOf: Shape }
  | { readonly mapOf: Shape }
  | { readonly fields: ReadonlyMap<string, Shape>; readonly required?: readonly string[] }
  /** A map or a list is what the one says; anything else is what the other says. */
  | { readonly either: Shape; readonly or: Shape };

/** The fields of a map, by name. */
export function fieldsOf(fields: Readonly<Record<string, Shape>>): ReadonlyMap<string, Shape> {
  return new Map(Object.entries(fields));
}

/** More of one object do not help anybody, and an archive may hold a million of them. */
const MAX_MISTAKES = 10;
/** Characters of a path in a sentence. */
const MAX_PATH = 300;

/**
 * Where `value` is not of a shape, as sentences: another type, a field that Kubernetes does not
 * know (`kubectl apply` refuses it), one that is missing. A null is what is not there, as the API
 * server reads it. The cost is that of one walk.
 */
export function shapeMistakes(value: Json | undefined, shape: Shape): string[] {
  const walk: Walk = { mistakes: [], path: [] };
  visit(value, shape, walk);
  return walk.mistakes;
}

interface Walk {
  readonly mistakes: string[];
  readonly path: (string | number)[];
}

function visit(value: Json | undefined, shape: Shape, walk: Walk): void {
  if (value === undefined || value === null || walk.mistakes.length >= MAX_MISTAKES) return;
  if (typeof shape === 'string') {
    if (!isOfType(value, shape)) report(walk, `must be ${TYPES[shape]}`);
  } else if ('listOf' in shape) {
    if (!isJsonList(value)) report(walk, 'must be a list');
    else for (const [index, item] of value.entries()) below(index, item, shape.listOf, walk);
  } else if ('either' in shape) {
    visit(value, typeof value === 'object' ? shape.either : shape.or, walk);
  } else if (!isJsonObject(value)) {
    report(walk, 'must be a map');
  } else if ('mapOf' in shape) {
    for (const [key, entry] of Object.entries(value)) below(key, entry, shape.mapOf, walk);
  } else visitFields(value, shape, walk);
}

function visitFields(
  map: JsonObject,
  { fields, required = [] }: Extract<Shape, { readonly fields: unknown }>,
  walk: Walk,
): void {
  for (const [key, entry] of Object.entries(map)) {
    const shape = fields.get(key);
    if (shape === undefined) report(walk, 'is no field that Kubernetes knows', key);
    else below(key, entry, shape, walk);
  }
  for (const key of required) {
    if (!Object.hasOwn(map, key) || map[key] === null) report(walk, 'must be there', key);
  }
}

function below(key: string | number, value: Json, shape: Shape, walk: Walk): void {
  walk.path.push(key);
  visit(value, shape, walk);
  walk.path.pop();
}

const TYPES = {
  text: 'text',
  flag: '`true` or `false`',
  number: 'a number',
  anything: '',
} as const;

function isOfType(value: Json, type: keyof typeof TYPES): boolean {
  if (type === 'text') return typeof value === 'string';
  if (type === 'flag') return typeof value === 'boolean';
  if (type === 'number') return typeof value === 'number' || typeof value === 'bigint';
  return true;
}

function report({ mistakes, path }: Walk, what: string, ...more: readonly string[]): void {
  if (mistakes.length >= MAX_MISTAKES) return;
  const steps = [...path, ...more].map((step) =>
    typeof step === 'number' ? `[${step}]` : `.${step}`,
  );
  const text = steps.join('').replace(/^\./u, '');
  const shown = text.length > MAX_PATH ? `...${text.slice(-MAX_PATH)}` : text;
  mistakes.push(`${shown === '' ? 'the object' : shown} ${what}`);
}
