import { solutionsErrors, SolutionsError, throwAll } from '../errors.ts';
import { readManifests } from '../kubernetes/read.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { compareStages, objectKey, objectNameOf, type ObjectName } from './removed.ts';

/** What a plan complains of: what was committed cannot be read. */
export type PlanCode = 'plan-unreadable';

/** A file of manifests as it is rendered, each object with its text. */
export interface RenderedFile {
  /** Relative to its folder. */
  readonly file: string;
  readonly objects: readonly {
    readonly object: JsonObject;
    /** A YAML document without its `---`. */
    readonly text: string;
  }[];
}

/** A file of manifests as it was committed; without a text it is byte for byte the rendered one. */
export interface CommittedManifests {
  readonly file: string;
  readonly text?: string | undefined;
}

/** One object of a state. */
export interface PlannedObject {
  readonly name: ObjectName;
  readonly object: JsonObject;
}

/** The objects of a state by {@link objectKey}, in the order in which they are applied. */
export type ObjectSet = ReadonlyMap<string, PlannedObject>;

/** The objects of two states; what did not change is the same value in both. */
export interface ObjectSets {
  readonly before: ObjectSet;
  readonly after: ObjectSet;
}

/** Bytes of one file; `out/` holds none that is larger. */
const MAX_FILE = 64 << 20;

/**
 * The objects that were committed and those that are rendered. Only documents whose text is not
 * rendered any more are parsed: of a thousand Environments mostly few change.
 *
 * @param label what stands before the names of committed files in errors, such as `HEAD:out/`
 * @throws SolutionsError, or several in an AggregateError: committed files that are no manifests
 */
export function objectSets(
  committed: readonly CommittedManifests[],
  rendered: readonly RenderedFile[],
  label: string,
): ObjectSets {
  const files = rendered.toSorted((a, b) => compareStages(a.file, b.file));
  const after = setOf(files.flatMap(({ objects }) => objects.map(({ object }) => object)));
  const known: Known = {
    files: new Map(files.map((file) => [file.file, file])),
    texts: new Map(files.flatMap(({ objects }) => objects.map((one) => [one.text, one.object]))),
  };
  const errors: SolutionsError[] = [];
  const before = committed
    .toSorted((a, b) => compareStages(a.file, b.file))
    .flatMap((file) => {
      try {
        return objectsIn(file, known, label);
      } catch (error) {
        errors.push(...solutionsErrors(error));
        return [];
      }
    });
  throwAll(errors);
  return { before: setOf(before), after };
}

interface Known {
  readonly files: ReadonlyMap<string, RenderedFile>;
  readonly texts: ReadonlyMap<string, JsonObject>;
}

function objectsIn({ file, text }: CommittedManifests, known: Known, label: string): JsonObject[] {
  if (text === undefined) return (known.files.get(file)?.objects ?? []).map(({ object }) => object);
  const place = `${label}${file}`;
  try {
    return documents(text).flatMap((document) => {
      const same = known.texts.get(document);
      return same ? [same] : parse(document, place);
    });
  } catch (error) {
    // Read in whole once more, so that the error has its line.
    if (error instanceof SolutionsError) return parse(text, place);
    throw error;
  }
}

function parse(text: string, file: string): JsonObject[] {
  return readManifests(Buffer.from(text), file, MAX_FILE).map(({ value }) => value);
}

/** A line `---` is never inside a value: YAML forbids it even in quotes. */
function documents(text: string): string[] {
  const parts = text.split('\n---\n');
  return parts.map((part, index) => (index < parts.length - 1 ? `${part}\n` : part));
}

/** Names that no object can have are passed over, as an apply would. */
function setOf(objects: readonly JsonObject[]): ObjectSet {
  const set = new Map<string, PlannedObject>();
  for (const object of objects) {
    const name = objectNameOf(object);
    if (name) set.set(objectKey(name), { name, object });
  }
  return set;
}

/** The error of a file that was committed, with what to do about it. */
export function unreadable(cause: SolutionsError): SolutionsError<PlanCode> {
  return new SolutionsError(`what was committed cannot be read: ${cause.message}`, {
    code: 'plan-unreadable',
    place: cause.place,
    hint: 'compare with a revision that this version wrote (`--against <revision>`), or run the version that wrote this one',
    cause,
  });
}
