import * as z from 'zod';
import { parseAs } from '../config/parse.ts';
import { isTextAt } from '../config/schema-path.ts';
import { readYaml, type Path, type YamlDocument } from '../config/yaml.ts';
import type { Place } from '../errors.ts';
import { lowerCased, withKnownCase } from './field-case.ts';
import { inputsSchema, toInputs, type Input } from './inputs.ts';
import { mistake } from './mistake.ts';
import { shippedGroups } from './rules.ts';

const schema = z.strictObject({ 'x-inputs': inputsSchema.nullish(), groups: shippedGroups });

/** A file of Prometheus rules as a vendor ships it. */
export interface Alerts {
  readonly place: Place;
  readonly inputs: readonly Input[];
  /** Numbers and the like as they are written; inputs are not filled in. */
  readonly groups: z.output<typeof shippedGroups>;
  /** Where something stands; the path starts with `groups`. */
  placeOf(path: Path): Place;
}

/**
 * Reads a file of Prometheus rules: what `promtool check rules` reads, fields in any case, and
 * `x-inputs`.
 *
 * @param file - its name in places
 * @throws SolutionsError, or all mistakes in one AggregateError: those of YAML, `schema`,
 *   `alerts-documents`
 */
export function parseAlerts(bytes: Uint8Array, file: string): Alerts {
  const isText = (path: Path) => isTextAt(schema, withKnownCase(path));
  const document = lowerCased(sole(readYaml(bytes, { file, isText }), file));
  const { groups, 'x-inputs': inputs } = parseAs(schema, document);
  return {
    place: { file },
    inputs: toInputs(inputs),
    groups,
    placeOf: (path) => document.placeOf(path),
  };
}

function sole([document, ...others]: readonly YamlDocument[], file: string): YamlDocument {
  if (!document || others.length > 0) {
    const found = document ? `${others.length + 1} documents` : 'nothing';
    throw mistake('alerts-documents', `expected one document with \`groups\`, found ${found}`, {
      place: { file },
    });
  }
  if (!isPrometheusRule(document.value)) return document;
  throw mistake('alerts-documents', 'expected rules, found a PrometheusRule around them', {
    place: document.placeOf([]),
    hint: 'ship what is in its `spec`: the object is made for each Namespace',
  });
}

function isPrometheusRule(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'PrometheusRule'
  );
}
