import { isJsonObject, textsOf, type Json } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';
import type { Changes } from './change.ts';
import { documentation, schemaText } from './canonical.ts';
import { hasDefault, isSet, keepsUnknown, keyword, ownKeysOf, propertiesOf } from './schema.ts';
import { validationChanges } from './validation-changes.ts';
import { valueChanges, type SchemaPair } from './value-changes.ts';
import { fieldPath, itemPath } from './wording.ts';

/** As deep as the reader of manifests goes. */
const MAX_DEPTH = 300;

interface Node extends SchemaPair {
  readonly depth: number;
  /** Fields that are there whatever the schema says; see {@link metaFields}. */
  readonly isResource: boolean;
}

/** The API server never drops these of an object, nor of one that is embedded (pruning.Prune). */
const metaFields = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * What changes between two schemas of a version: what only people read is passed over, and so is the
 * order of everything. One walk over both.
 */
export function schemaChanges(pair: SchemaPair, changes: Changes): void {
  visit({ ...pair, depth: 0, isResource: true }, changes);
}

function visit(node: Node, changes: Changes): void {
  if (node.depth > MAX_DEPTH) {
    changes.add('too-deep', node.path, `more than ${MAX_DEPTH} levels are not compared`);
    return;
  }
  if (!valueChanges(node, changes)) return;
  validationChanges(node, changes);
  otherChanges(node, changes);
  embeddedChanges(node, changes);
  fieldChanges(node, changes);
  requiredChanges(node, changes);
  ownKeyChanges(node, changes);
  itemChanges(node, changes);
}

function below(node: Node, path: string): Pick<Node, 'path' | 'depth' | 'isResource'> {
  return { path, depth: node.depth + 1, isResource: false };
}

/** Keywords that have rules here or elsewhere. */
const known = new Set(
  [...documentation].concat(
    ['additionalProperties', 'allOf', 'anyOf', 'default', 'enum', 'exclusiveMaximum'],
    ['exclusiveMinimum', 'format', 'items', 'maxItems', 'maxLength', 'maxProperties', 'maximum'],
    ['minItems', 'minLength', 'minProperties', 'minimum', 'multipleOf', 'not', 'nullable', 'oneOf'],
    ['pattern', 'properties', 'required', 'type', 'x-kubernetes-embedded-resource'],
    ['x-kubernetes-int-or-string', 'x-kubernetes-list-map-keys', 'x-kubernetes-list-type'],
    ['x-kubernetes-map-type', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations'],
  ),
);

function otherChanges({ before, after, path }: Node, changes: Changes): void {
  const [old, now] = [before, after].map((schema) => (isJsonObject(schema) ? schema : {}));
  if (!old || !now) return;
  for (const key of namesOf(old, now)) {
    if (known.has(key)) continue;
    const [was, is] = [keyword(old, key), keyword(now, key)];
    if (schemaText(was ?? null) === schemaText(is ?? null)) continue;
    changes.add('keyword-changed', fieldPath(path, key), 'is not what it was');
  }
}

function embeddedChanges({ before, after, path }: Node, changes: Changes): void {
  const [was, is] = [before, after].map((schema) =>
    isSet(schema, 'x-kubernetes-embedded-resource'),
  );
  if (is && !was) {
    changes.add('embedded-resource-added', path, 'must be a whole object from now on');
  } else if (was && !is) {
    const rule = keepsUnknown(after) ? 'embedded-resource-unchecked' : 'embedded-resource-removed';
    changes.add(rule, path, 'need not be a whole object any more');
  }
}

function fieldChanges(node: Node, changes: Changes): void {
  const { before, after } = node;
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  const required = mustBeGiven(after);
  for (const name of namesOf(old, now)) {
    const [was, is] = [ownValue(old, name), ownValue(now, name)];
    const field = below(node, fieldPath(node.path, name));
    if (was !== undefined && is !== undefined) {
      visit({ before: was, after: is, ...field }, changes);
    } else if (isMeta(node, name)) continue;
    else if (was !== undefined) fieldGone(node, { was, field }, changes);
    else if (is !== undefined)
      fieldCame(node, { is, field, isRequired: required.has(name) }, changes);
  }
}

function isMeta({ after, isResource }: Node, name: string): boolean {
  return metaFields.has(name) && (isResource || isSet(after, 'x-kubernetes-embedded-resource'));
}

function ownValue(map: ReturnType<typeof propertiesOf>, name: string): Json | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

type Field = ReturnType<typeof below>;

function fieldGone({ after }: Node, gone: { was: Json; field: Field }, changes: Changes): void {
  const own = ownKeysOf(after);
  const { was, field } = gone;
  if (own !== undefined) visit({ before: was, after: own, ...field }, changes);
  else if (keepsUnknown(after)) changes.add('field-unlisted', field.path, 'is kept unchecked');
  else changes.add('field-removed', field.path, 'is gone, with what is stored there');
}

function fieldCame(
  { before }: Node,
  { is, field, isRequired }: { is: Json; field: Field; isRequired: boolean },
  changes: Changes,
): void {
  const own = ownKeysOf(before);
  if (own !== undefined) visit({ before: own, after: is, ...field }, changes);
  else if (keepsUnknown(before)) {
    changes.add('field-listed', field.path, 'was kept unchecked, has a schema from now on');
  } else if (isRequired) {
    changes.add('field-added-required', field.path, 'is new, and must be there');
  } else changes.add('field-added', field.path, 'is new');
}

/** The required fields that the API server does not fill in. */
function mustBeGiven(schema: Json | undefined): Set<string> {
  const properties = propertiesOf(schema);
  return new Set(
    textsOf(keyword(schema, 'required')).filter((name) => !hasDefault(ownValue(properties, name))),
  );
}

function requiredChanges(node: Node, changes: Changes): void {
  const { before, after, path } = node;
  const [old, now] = [mustBeGiven(before), mustBeGiven(after)];
  const [wasListed, isListed] = [before, after].map(
    (schema) => new Set(textsOf(keyword(schema, 'required'))),
  );
  for (const name of [...now].toSorted(compareText)) {
    if (old.has(name) || isNewField(node, name)) continue;
    const why = wasListed?.has(name)
      ? 'has lost its default, and must be there'
      : 'must be there from now on';
    changes.add('field-required', fieldPath(path, name), why);
  }
  const [was, is] = [propertiesOf(before), propertiesOf(after)];
  for (const name of [...old].toSorted(compareText)) {
    // A field that is gone says so itself, and one with a default is always there to a reader.
    const isGone = Object.hasOwn(was, name) && !Object.hasOwn(is, name);
    if (isListed?.has(name) || isGone) continue;
    changes.add('field-optional', fieldPath(path, name), 'need not be there any more');
  }
}

/** Whether {@link fieldCame} tells of it. */
function isNewField({ before, after }: Node, name: string): boolean {
  return (
    !Object.hasOwn(propertiesOf(before), name) &&
    Object.hasOwn(propertiesOf(after), name) &&
    ownKeysOf(before) === undefined &&
    !keepsUnknown(before)
  );
}

/** Keys that the schema does not name. */
function ownKeyChanges(node: Node, changes: Changes): void {
  const { before, after, path } = node;
  const [old, now] = [ownKeysOf(before), ownKeysOf(after)];
  const keys = below(node, fieldPath(path, '*'));
  if (old !== undefined && now !== undefined) visit({ before: old, after: now, ...keys }, changes);
  else if (old !== undefined) {
    if (keepsUnknown(after)) changes.add('field-unlisted', keys.path, 'is kept unchecked');
    else changes.add('map-closed', path, 'takes only the keys that the schema names');
  } else if (now !== undefined) {
    if (keepsUnknown(before)) {
      changes.add('field-listed', keys.path, 'was kept unchecked, has a schema from now on');
    } else changes.add('map-opened', path, 'takes any key');
  }
  const [kept, keeps] = [keepsUnknown(before), keepsUnknown(after)];
  if (kept && !keeps && now === undefined) {
    changes.add('unknown-fields-dropped', path, 'keeps no unknown fields any more');
  } else if (keeps && !kept) changes.add('unknown-fields-kept', path, 'keeps unknown fields');
}

function itemChanges(node: Node, changes: Changes): void {
  const [before, after] = [keyword(node.before, 'items'), keyword(node.after, 'items')];
  if (before === undefined && after === undefined) return;
  const items = below(node, itemPath(node.path));
  visit({ before: before ?? {}, after: after ?? {}, ...items }, changes);
}

function namesOf(...maps: readonly object[]): string[] {
  return [...new Set(maps.flatMap(Object.keys))].toSorted(compareText);
}
