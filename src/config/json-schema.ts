import * as z from 'zod';
import { environmentSchema } from './environments.ts';
import { platformSchema } from './platform.ts';
import { solutionsSchema } from './solutions.ts';

/**
 * The JSON Schemas (draft 7, which yaml-language-server reads) of the files that people write:
 * text by file name. That of `environments.yaml` is for one document, as editors apply it.
 *
 * They say less than the program knows: names are checked by their form, and what depends on
 * several values not at all.
 */
export function jsonSchemas(): Map<string, string> {
  return new Map([
    ['solutions.schema.json', textOf(solutionsSchema, 'solutions.yaml')],
    ['environments.schema.json', textOf(environmentSchema, 'environments.yaml')],
    ['platform.schema.json', textOf(platformSchema, 'platform.yaml')],
  ]);
}

function textOf(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => allowExtensions(jsonSchema),
  });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

/** Keys of people's own start with `x-`, wherever the schema knows the keys. */
function allowExtensions(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) schema.patternProperties = { '^x-': {} };
}
