import { SolutionsError } from '../errors.ts';
import { objectMistakes } from '../kubernetes/check.ts';
import { printJson } from '../kubernetes/print.ts';
import { fieldOf, nameOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import type { ManifestFile } from './render.ts';

/** What is found in the rendered objects before anything is written. */
export type ManifestCode = 'invalid-object' | 'duplicate-object' | 'object-too-large';

/**
 * Objects over this many bytes of JSON are applied server-side: client-side apply keeps the whole
 * object in an annotation, and annotations end at 262,144 bytes.
 */
const MAX_CLIENT_SIDE = 250_000;

/** etcd refuses a request over 1.5 MiB, whoever applies it. */
const MAX_OBJECT = 1_500_000;

/** `Deployment web/store-operator`, as `kubectl` would name it. */
export function identity(object: JsonObject): string {
  const name = [textOf(fieldOf(object['metadata'], 'namespace')), nameOf(object)];
  return `${textOf(object['kind'])} ${name.filter((part) => part !== '').join('/')}`;
}

/** Whether only server-side apply can send this object. */
export function needsServerSide(object: JsonObject): boolean {
  return jsonSize(object) > MAX_CLIENT_SIDE;
}

/** Bytes of the JSON that kubectl sends; Go writes `<`, `>` and `&` as six characters. */
function jsonSize(object: JsonObject): number {
  const json = printJson(object);
  return Buffer.byteLength(json) + 5 * (json.match(/[<>&\u2028\u2029]/gu)?.length ?? 0);
}

/** Everything that would make an apply of these files fail, so that it fails here. */
export function refusals(manifests: readonly ManifestFile[]): SolutionsError<ManifestCode>[] {
  const files = new Map<string, string>();
  return manifests.flatMap(({ file, objects }) =>
    objects.flatMap((object) => {
      const what = identity(object);
      const key = `${textOf(object['apiVersion'])} ${what}`;
      const twice = duplicate(what, files.get(key), file);
      files.set(key, file);
      return [...twice, ...invalid(object, what, file), ...tooLarge(object, what, file)];
    }),
  );
}

function duplicate(what: string, other: string | undefined, file: string) {
  if (other === undefined) return [];
  const message = `${what} would be rendered twice, in ${other} and ${file}`;
  const hint =
    'rename a Namespace or an Environment, or ask the vendor to rename the object: one would overwrite the other';
  return [new SolutionsError(message, { code: 'duplicate-object', place: placeOf(file), hint })];
}

function invalid(object: JsonObject, what: string, file: string) {
  const hint = 'correct it in the YAML files; where it comes from an archive, its vendor must';
  return objectMistakes(object).map(
    (mistake) =>
      new SolutionsError(`the API server would refuse ${what}: ${mistake}`, {
        code: 'invalid-object',
        place: placeOf(file),
        hint,
      }),
  );
}

/** CRDs may be applied server-side; what else is that large is not what anybody meant. */
function tooLarge(object: JsonObject, what: string, file: string) {
  const isCrd = object['kind'] === 'CustomResourceDefinition';
  const size = jsonSize(object);
  const limit = isCrd ? MAX_OBJECT : MAX_CLIENT_SIDE;
  if (size <= limit) return [];
  const message = `${what} has ${size} bytes of JSON, more than ${limit}`;
  const hint = isCrd
    ? 'no cluster stores an object that large: the vendor must shorten it (descriptions first)'
    : 'kubectl cannot apply an object that large: import fewer versions, or ask the vendor to shorten it';
  return [new SolutionsError(message, { code: 'object-too-large', place: placeOf(file), hint })];
}

function placeOf(file: string) {
  return { file: `out/${file}` };
}
