import { fieldOf, isJsonList, textOf, type Json } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';
import { dataText } from './canonical.ts';
import { Changes } from './change.ts';
import { isWebhook, type Pair } from './definition-changes.ts';
import { isSet, keepsUnknown, keyword, propertiesOf } from './schema.ts';
import { schemaChanges } from './schema-changes.ts';
import { fieldPath, listed, shown } from './wording.ts';

/** What changes between the versions of two `spec`s: which there are, and each by itself. */
export function versionChanges({ before, after }: Pair, changes: Changes): void {
  const [old, now] = [versionsOf(before), versionsOf(after)];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].toSorted(compareText)) {
    const version = { before: old.get(name), after: now.get(name), path: pathOf(name) };
    if (version.after === undefined) versionGone(version, changes);
    else if (version.before === undefined) changes.add('version-added', version.path, 'is new');
    else versionChange(version, changes);
  }
  const [was, is] = [storedIn(old), storedIn(now)];
  if (was === undefined || is === undefined || was === is) return;
  changes.add('storage-version-changed', 'spec.versions', `was ${shown(was)}, is ${shown(is)}`);
  if (isWebhook(keyword(after, 'conversion'))) return;
  moveChanges({ from: was, to: is, before: old.get(was), after: now.get(is) }, changes);
}

/** A version before and after. */
interface Version extends Pair {
  /** What starts the paths in it. */
  readonly path: string;
}

function pathOf(name: string): string {
  return fieldPath(': ', name).slice(': '.length);
}

/** By name; the first one of a name counts, the API server refuses a second. */
function versionsOf(spec: Json | undefined): Map<string, Json> {
  const versions = fieldOf(spec, 'versions');
  const found = new Map<string, Json>();
  for (const version of isJsonList(versions) ? versions : []) {
    const name = textOf(fieldOf(version, 'name'));
    if (name !== '' && !found.has(name)) found.set(name, version);
  }
  return found;
}

function storedIn(versions: ReadonlyMap<string, Json>): string | undefined {
  return [...versions].find(([, version]) => isSet(version, 'storage'))?.[0];
}

function versionGone({ before, path }: Version, changes: Changes): void {
  if (isSet(before, 'storage')) {
    changes.add('stored-version-removed', path, 'is gone, with objects stored in it');
  } else if (isSet(before, 'served')) changes.add('served-version-removed', path, 'is gone');
  else changes.add('unserved-version-removed', path, 'is gone');
}

function versionChange(version: Version, changes: Changes): void {
  const { before, after, path } = version;
  const [wasServed, isServed] = [isSet(before, 'served'), isSet(after, 'served')];
  if (wasServed && !isServed) changes.add('version-unserved', path, 'is no longer served');
  if (isServed && !wasServed) changes.add('version-served', path, 'is served from now on');
  const [wasOld, isOld] = [isSet(before, 'deprecated'), isSet(after, 'deprecated')];
  if (isOld && !wasOld) changes.add('version-deprecated', path, deprecation(after));
  if (wasOld && !isOld) changes.add('version-undeprecated', path, 'is no longer deprecated');
  subresourceChanges(version, changes);
  columnChanges(version, changes);
  selectableChanges(version, changes);
  const [old, now] = [schemaOf(before), schemaOf(after)];
  if (old === undefined && now === undefined) return;
  if (old === undefined) changes.add('schema-added', path, 'has a schema from now on');
  else if (now === undefined) changes.add('schema-removed', path, 'has no schema any more');
  else schemaChanges({ before: old, after: now, path: `${path}: ` }, changes);
}

function deprecation(version: Json | undefined): string {
  const warning = textOf(fieldOf(version, 'deprecationWarning'));
  return warning === '' ? 'is deprecated' : `is deprecated: ${shown(warning)}`;
}

function schemaOf(version: Json | undefined): Json | undefined {
  return keyword(keyword(version, 'schema'), 'openAPIV3Schema');
}

interface Move extends Pair {
  readonly from: string;
  readonly to: string;
}

/**
 * Objects in the version that was stored are read as the one that is stored from now on, with
 * nothing but another `apiVersion`: what breaks between the schemas of the two breaks for them.
 */
function moveChanges({ from, to, before, after }: Move, changes: Changes): void {
  const [old, now] = [schemaOf(before), schemaOf(after)];
  if (old === undefined || now === undefined) return;
  const found = new Changes();
  const path = `${pathOf(from)} to ${pathOf(to)}: `;
  schemaChanges({ before: old, after: now, path }, found);
  for (const change of found.sorted()) if (change.level === 'breaking') changes.keep(change);
}

function subresourceChanges({ before, after, path }: Version, changes: Changes): void {
  const [old, now] = [keyword(before, 'subresources'), keyword(after, 'subresources')];
  const [hadStatus, hasStatus] = [old, now].map((one) => keyword(one, 'status') !== undefined);
  const status = `${path}: subresources.status`;
  if (hadStatus && !hasStatus) changes.add('status-removed', status, 'is gone');
  // Nobody of before wrote a status where the schema had none; the new field says so itself.
  if (hasStatus && !hadStatus && mayHoldStatus(schemaOf(before))) {
    changes.add('status-added', status, 'is new');
  }
  const [oldScale, scale] = [keyword(old, 'scale'), keyword(now, 'scale')];
  const at = `${path}: subresources.scale`;
  if (oldScale === undefined) {
    if (scale !== undefined) changes.add('scale-added', at, `is new, for ${scaleText(scale)}`);
  } else if (scale === undefined) changes.add('scale-removed', at, 'is gone');
  else if (dataText(oldScale) !== dataText(scale)) {
    changes.add('scale-changed', at, `was ${scaleText(oldScale)}, is ${scaleText(scale)}`);
  }
}

function mayHoldStatus(schema: Json | undefined): boolean {
  return keepsUnknown(schema) || Object.hasOwn(propertiesOf(schema), 'status');
}

function scaleText(scale: Json): string {
  const paths = ['specReplicasPath', 'statusReplicasPath', 'labelSelectorPath'].map((key) =>
    textOf(fieldOf(scale, key)),
  );
  return listed(paths.filter((path) => path !== ''));
}

function columnChanges({ before, after, path }: Version, changes: Changes): void {
  const [old, now] = [before, after].map((version) => {
    const columns = fieldOf(version, 'additionalPrinterColumns');
    return isJsonList(columns) ? columns : [];
  });
  if (!old || !now || dataText(old) === dataText(now)) return;
  const names = now.map((column) => textOf(fieldOf(column, 'name')));
  const message = names.length === 0 ? 'are gone' : `are ${listed(names)}`;
  changes.add('columns-changed', `${path}: additionalPrinterColumns`, message);
}

function selectableChanges({ before, after, path }: Version, changes: Changes): void {
  const [old, now] = [before, after].map((version) => {
    const fields = fieldOf(version, 'selectableFields');
    return new Set(
      (isJsonList(fields) ? fields : []).map((one) => textOf(fieldOf(one, 'jsonPath'))),
    );
  });
  if (!old || !now) return;
  const gone = [...old].filter((one) => !now.has(one)).toSorted(compareText);
  const fresh = [...now].filter((one) => !old.has(one)).toSorted(compareText);
  const at = `${path}: selectableFields`;
  if (gone.length > 0) changes.add('selectable-fields-removed', at, `without ${listed(gone)}`);
  if (fresh.length > 0) changes.add('selectable-fields-added', at, `with ${listed(fresh)}`);
}
