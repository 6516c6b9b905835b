import type * as z from 'zod';
import { solutionsErrors, throwAll, type SolutionsError } from '../errors.ts';
import type { Path, YamlDocument } from './document.ts';
import { mistake } from './mistake.ts';
import { parseAs } from './parse.ts';
import { isTextAt } from './schema-path.ts';
import { readYaml } from './yaml.ts';

interface SoleOptions {
  readonly file: string;
  /** What to do about a second document. */
  readonly hint: string;
  /** Looks at the document first; what it throws counts instead of the schema's mistakes. */
  readonly before?: (document: YamlDocument) => void;
}

/**
 * The one document of a file, or nothing where it is empty.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place.
 */
export function readSole<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  { file, hint, before }: SoleOptions,
): { readonly document: YamlDocument; readonly value: z.output<Schema> } | undefined {
  const isText = (path: Path) => isTextAt(schema, path);
  const [document, second] = readYaml(bytes, { file, isText });
  if (!document) return undefined;
  const errors: SolutionsError[] = [];
  let value: z.output<Schema> | undefined;
  try {
    before?.(document);
    value = parseAs(schema, document);
  } catch (error) {
    errors.push(...solutionsErrors(error));
  }
  if (second) {
    const place = second.placeOf([]);
    errors.push(mistake('schema', 'a second document starts here, expected one', { place, hint }));
  }
  throwAll(errors);
  return value === undefined ? undefined : { document, value };
}
