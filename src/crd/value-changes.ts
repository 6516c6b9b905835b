import { isJsonList, textOf, textsOf, type Json } from '../kubernetes/value.ts';
import type { Changes } from './change.ts';
import { dataText, schemaText } from './canonical.ts';
import { limitChanges } from './limit-changes.ts';
import { hasDefault, INT_OR_STRING, isSet, keyword, logicOf, typeOf } from './schema.ts';
import { compareText } from '../text-order.ts';
import { listed, shown } from './wording.ts';

/** A schema before and after, and where it stands. */
export interface SchemaPair {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly path: string;
}

/**
 * What changes of the values that a field may have, and of what the API server makes of them; what is
 * in it is left to the caller.
 *
 * @returns whether the types have anything in common, so that looking into them makes sense.
 */
export function valueChanges(pair: SchemaPair, changes: Changes): boolean {
  if (!typeChanges(pair, changes)) return false;
  formatChanges(pair, changes);
  enumChanges(pair, changes);
  limitChanges(pair, changes);
  patternChanges(pair, changes);
  nullChanges(pair, changes);
  defaultChanges(pair, changes);
  mergeChanges(pair, changes);
  logicChanges(pair, changes);
  return true;
}

/** What takes more than the type before the colon. Any takes more than each. */
const wider: Readonly<Record<string, readonly string[]>> = {
  integer: ['number', INT_OR_STRING],
  string: [INT_OR_STRING],
};

function typeChanges({ before, after, path }: SchemaPair, changes: Changes): boolean {
  const [old, now] = [typeOf(before), typeOf(after)];
  if (old === now) return true;
  const message = `was ${typeText(old)}, is ${typeText(now)}`;
  if (now === '' || wider[old]?.includes(now)) changes.add('type-widened', path, message);
  else if (old === '' || wider[now]?.includes(old)) changes.add('type-narrowed', path, message);
  else {
    changes.add('type-changed', path, message);
    return false;
  }
  return true;
}

function typeText(type: string): string {
  return type === '' ? 'of any type' : shown(type);
}

/**
 * What the API server checks; it ignores every other format (supportedVersionedFormats in
 * apiextensions-apiserver), dashes in it, and formats of another type.
 */
const stringFormats = new Set(
  [
    'bsonobjectid',
    'uri',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'cidr',
    'mac',
    'uuid',
    'uuid3',
  ].concat(
    ['uuid4', 'uuid5', 'isbn', 'isbn10', 'isbn13', 'creditcard', 'ssn', 'hexcolor', 'rgbcolor'],
    ['byte', 'password', 'date', 'duration', 'datetime', 'quantity', 'k8sshortname', 'k8slongname'],
  ),
);
/** The wide format of a type is no more than the type says. */
const narrowFormats: Readonly<Record<string, string>> = { integer: 'int32', number: 'float' };

function formatOf(schema: Json | undefined): string {
  const format = textOf(keyword(schema, 'format'));
  const type = typeOf(schema);
  if (type !== '' && type !== 'string') return narrowFormats[type] === format ? format : '';
  return stringFormats.has(format.replaceAll('-', '')) ? format : '';
}

function formatChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [formatOf(before), formatOf(after)];
  if (old.replaceAll('-', '') === now.replaceAll('-', '')) return;
  if (old === '') changes.add('format-tightened', path, `must be ${shown(now)} from now on`);
  else if (now === '') changes.add('format-loosened', path, `need not be ${shown(old)} any more`);
  else changes.add('format-changed', path, `was ${shown(old)}, is ${shown(now)}`);
}

function enumChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (!old && !now) return;
  if (!old) {
    changes.add(
      'enum-added',
      path,
      `must be one of ${listed([...(now?.values() ?? [])])} from now on`,
    );
  } else if (!now) {
    changes.add('enum-dropped', path, `need not be one of ${listed([...old.values()])} any more`);
  } else {
    const gone = [...old].filter(([text]) => !now.has(text)).map(([, value]) => value);
    const fresh = [...now].filter(([text]) => !old.has(text)).map(([, value]) => value);
    if (gone.length > 0) {
      changes.add('enum-value-removed', path, `must not be ${listed(gone)} any more`);
    }
    if (fresh.length > 0) changes.add('enum-value-added', path, `may be ${listed(fresh)}, too`);
  }
}

/** The values of an enum by their text, sorted; nothing where any value does. */
function valuesOf(schema: Json | undefined): Map<string, Json> | undefined {
  const values = keyword(schema, 'enum');
  if (!isJsonList(values) || values.length === 0) return undefined;
  const entries = values.map((value) => [dataText(value), value] as const);
  return new Map(entries.toSorted(([a], [b]) => compareText(a, b)));
}

function patternChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [before, after].map((schema) => textOf(keyword(schema, 'pattern')));
  if (old === undefined || now === undefined || old === now) return;
  if (old === '') changes.add('pattern-added', path, `must match ${shown(now)} from now on`);
  else if (now === '')
    changes.add('pattern-removed', path, `need not match ${shown(old)} any more`);
  else changes.add('pattern-changed', path, `had to match ${shown(old)}, must match ${shown(now)}`);
}

function nullChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [isSet(before, 'nullable'), isSet(after, 'nullable')];
  if (old && !now) changes.add('nullable-removed', path, 'must not be null any more');
  if (!old && now) changes.add('nullable-added', path, 'may be null');
}

function defaultChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [before, after].map((schema) =>
    hasDefault(schema) ? (keyword(schema, 'default') ?? null) : undefined,
  );
  if (old === undefined && now !== undefined) {
    changes.add('default-added', path, `is ${shown(now)} where nobody says otherwise`);
  } else if (old !== undefined && now === undefined) {
    changes.add('default-removed', path, `was ${shown(old)} where nobody said otherwise`);
  } else if (old !== undefined && now !== undefined && dataText(old) !== dataText(now)) {
    changes.add('default-changed', path, `the default was ${shown(old)}, is ${shown(now)}`);
  }
}

/** How server-side apply merges; a list is atomic and a map granular where nothing is said. */
function mergeChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [oldList = '', nowList = ''] = [before, after].map(
    (schema) => textOf(keyword(schema, 'x-kubernetes-list-type')) || 'atomic',
  );
  if (oldList !== nowList) {
    const rule = nowList === 'atomic' ? 'list-now-atomic' : 'list-now-unique';
    changes.add(rule, path, `the list type was ${shown(oldList)}, is ${shown(nowList)}`);
  } else if (nowList === 'map') {
    const [old = [], now = []] = [before, after].map((schema) =>
      textsOf(keyword(schema, 'x-kubernetes-list-map-keys')).toSorted(),
    );
    if (dataText(old) !== dataText(now)) {
      changes.add('list-keys-changed', path, `the keys were ${listed(old)}, are ${listed(now)}`);
    }
  }
  const [oldMap = '', nowMap = ''] = [before, after].map(
    (schema) => textOf(keyword(schema, 'x-kubernetes-map-type')) || 'granular',
  );
  if (oldMap !== nowMap) {
    changes.add('map-type-changed', path, `the map type was ${shown(oldMap)}, is ${shown(nowMap)}`);
  }
}

function logicChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  for (const key of ['allOf', 'anyOf', 'oneOf', 'not']) {
    const [old, now] = [before, after].map((schema) => {
      const value = logicOf(schema, key);
      return value === undefined ? '' : schemaText({ [key]: value });
    });
    if (old === now) continue;
    if (old === '') changes.add('logic-added', path, `\`${key}\` is new`);
    else if (now === '') changes.add('logic-removed', path, `\`${key}\` is gone`);
    else changes.add('logic-changed', path, `\`${key}\` is another one`);
  }
}
