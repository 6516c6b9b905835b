import * as z from 'zod';
import type { Path } from './document.ts';

/** The keys that `schema` knows at `path`, for a hint. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

/**
 * Whether `schema` takes text or a number at `path`: then the text as written counts, so that
 * `1.10` and `0755` stay what they are.
 */
export function isTextAt(schema: z.ZodType, path: Path): boolean {
  const found = schemaAt(schema, path);
  return (
    found instanceof z.ZodUnion && found.options.some((option) => option instanceof z.ZodString)
  );
}

function schemaAt(schema: z.ZodType, path: Path): unknown {
  let found = unwrap(schema);
  for (const key of path) {
    found = unwrap(below(found, key));
    if (found === undefined) return undefined;
  }
  return found;
}

function below(schema: unknown, key: string | number): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[key];
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** The schema inside optional(), nullable(), transform() and the like. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
