import {
  fieldOf,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { editYaml } from './edit.ts';
import { isTextAt } from './schema-path.ts';
import { solutionsSchema } from './solutions.ts';

/** An edit of a file's bytes; nothing where it changes nothing. */
export type Edit = (bytes: Uint8Array) => Uint8Array | undefined;

/**
 * Lists archives at the end of `archives`.
 *
 * @throws SolutionsError, in this file: those of {@link editYaml}.
 */
export function listArchives(paths: readonly string[]): Edit {
  return editSolutions((value) => {
    const archives = listAt(value, 'archives');
    const added = paths.filter((path) => !archives.includes(path));
    return added.length === 0 ? value : { ...value, archives: [...archives, ...added] };
  });
}

/** Takes archives out of `archives`. */
export function unlistArchives(paths: readonly string[]): Edit {
  return editSolutions((value) => {
    const archives = listAt(value, 'archives');
    const kept = archives.filter((path) => typeof path !== 'string' || !paths.includes(path));
    return kept.length === archives.length ? value : { ...value, archives: kept };
  });
}

/** Sets the active version of a Solution. */
export function setActive(name: string, version: string): Edit {
  return editSolutions((value) => ({
    ...value,
    active: { ...mapAt(value, 'active'), [name]: version },
  }));
}

/** Takes a Solution out of `active`. */
export function unsetActive(name: string): Edit {
  return editSolutions((value) => {
    const active = mapAt(value, 'active');
    if (!Object.hasOwn(active, name)) return value;
    const others = Object.entries(active).filter(([key]) => key !== name);
    return { ...value, active: Object.fromEntries(others) };
  });
}

function editSolutions(change: (value: JsonObject) => JsonObject): Edit {
  return (bytes) =>
    editYaml(bytes, { file: 'solutions.yaml', isText }, ([value]) => {
      if (isJsonObject(value)) return [change(value)];
      const changed = change(EMPTY);
      return changed === EMPTY ? [] : [changed];
    });
}

const EMPTY: JsonObject = {
  apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
  kind: 'SolutionsConfiguration',
};

function isText(path: readonly (string | number)[]): boolean {
  return isTextAt(solutionsSchema, path);
}

function listAt(value: JsonObject, key: string): readonly Json[] {
  const list = fieldOf(value, key);
  return isJsonList(list) ? list : [];
}

function mapAt(value: JsonObject, key: string): JsonObject {
  const map = fieldOf(value, key);
  return isJsonObject(map) ? map : {};
}
