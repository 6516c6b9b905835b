import { solutionsErrors, SolutionsError, throwAll } from '../errors.ts';
import { readManifests } from '../kubernetes/read.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { compareStages, objectKey, objectNameOf, type ObjectName } from './removed.ts';

/** What a plan complains of: what was committed cannot be read. */
export type PlanCode = 'plan-unreadable';

/** A file of manifests as it is rendered, each object with its text. */
export interface RenderedFile {
  /** Such as `0000-namespaces.yaml`; below its folder, or with it. */
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
interface PlannedObject {
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
  const entries = new Map(
    files.flatMap(({ objects }) => objects.map(({ object }) => [object, entryOf(object)])),
  );
  const known = new Map(files.map((file) => [file.file, file]));
  const errors: SolutionsError[] = [];
  const before = committed
    .toSorted((a, b) => compareStages(a.file, b.file))
    .flatMap(({ file, text }) => {
      const same = known.get(file);
      if (text === undefined) return (same?.objects ?? []).map(({ object }) => object);
      try {
        return objectsIn(text, same, `${label}${file}`);
      } catch (error) {
        errors.push(...solutionsErrors(error));
        return [];
      }
    });
  throwAll(errors);
  return {
    before: setOf(before.map((object) => entries.get(object) ?? entryOf(object))),
    after: setOf([...entries.values()]),
  };
}

function objectsIn(text: string, rendered: RenderedFile | undefined, file: string): JsonObject[] {
  const texts = new Map((rendered?.objects ?? []).map((one) => [one.text, one.object]));
  const documents = documentsIn(text);
  const others = documents.filter((document) => !texts.has(document));
  const same = documents
    .map((document) => texts.get(document))
    .filter((object) => object !== undefined);
  try {
    return [...same, ...parse(others.join(SEPARATOR), file)];
  } catch (error) {
    // Read in whole once more, so that the error has its line.
    if (error instanceof SolutionsError) return parse(text, file);
    throw error;
  }
}

function parse(text: string, file: string): JsonObject[] {
  if (text === '') return [];
  return readManifests(Buffer.from(text), file, MAX_FILE).map(({ value }) => value);
}

const SEPARATOR = '---\n';

/** With their last line feeds. A line `---` is inside no value: YAML forbids it even in quotes. */
function documentsIn(text: string): string[] {
  return text
    .split(`\n${SEPARATOR}`)
    .map((part, index, { length }) => (index < length - 1 ? `${part}\n` : part));
}

/** The files of a folder whose texts alone are at hand, with their objects. */
export function renderedTexts(files: ReadonlyMap<string, string>): RenderedFile[] {
  return [...files]
    .filter(([file]) => file.endsWith('.yaml'))
    .map(([file, text]) => ({
      file,
      objects: documentsIn(text).flatMap((document) =>
        parse(document, file).map((object) => ({ object, text: document })),
      ),
    }));
}

type Entry = readonly [key: string, object: PlannedObject];

/** Nothing for a name that no object can have: an apply refuses it. */
function entryOf(object: JsonObject): Entry | undefined {
  const name = objectNameOf(object);
  return name && [objectKey(name), { name, object }];
}

function setOf(entries: readonly (Entry | undefined)[]): ObjectSet {
  return new Map(entries.filter((entry) => entry !== undefined));
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
