import { SolutionsError, type Place } from '../errors.ts';
import { objectMistakes } from '../kubernetes/check.ts';
import { MAX_CLIENT_SIDE } from '../kubernetes/print.ts';
import { fieldOf, groupOf, nameOf, textOf, type JsonObject } from '../kubernetes/value.ts';
import type { PrintedFile, PrintedObject } from './printed.ts';

/** What is found in the rendered objects before anything is written. */
export type ManifestCode = 'invalid-object' | 'duplicate-object' | 'object-too-large';

/** Kinds that are rendered as an archive has them. */
const VENDORS: ReadonlySet<string> = new Set(['ClusterRole', 'CustomResourceDefinition', 'Role']);

/** etcd refuses a request over 1.5 MiB, whoever applies it. */
const MAX_OBJECT = 1_500_000;

/** Everything that would make an apply of these files fail, so that it fails here. */
export function refusals(files: readonly PrintedFile[]): SolutionsError<ManifestCode>[] {
  const seen = new Map<string, string>();
  return files.flatMap(({ file, objects }) =>
    objects.flatMap((printed) => {
      const { object, place = { file: `out/${file}` } } = printed;
      const what = identity(object);
      // The versions of an API group show the same objects.
      const key = `${groupOf(textOf(object['apiVersion']))} ${what}`;
      const twice = duplicate(what, seen.get(key), { file, place });
      seen.set(key, file);
      return [...twice, ...invalid(object, what, place), ...tooLarge(printed, what, place)];
    }),
  );
}

/** `Deployment web/store-operator`, as people name it. */
function identity(object: JsonObject): string {
  const name = [textOf(fieldOf(object['metadata'], 'namespace')), nameOf(object)];
  return `${textOf(object['kind'])} ${name.filter((part) => part !== '').join('/')}`;
}

function duplicate(
  what: string,
  other: string | undefined,
  { file, place }: { readonly file: string; readonly place: Place },
) {
  if (other === undefined) return [];
  const where = other === file ? `in ${file}` : `in ${other} and ${file}`;
  const message = `${what} would be rendered twice, ${where}`;
  const hint =
    'rename a Namespace or an Environment, or ask the vendor to rename the object: one would overwrite the other';
  return [new SolutionsError(message, { code: 'duplicate-object', place, hint })];
}

function invalid(object: JsonObject, what: string, place: Place) {
  const hint = VENDORS.has(textOf(object['kind']))
    ? 'it is the vendor who must correct it'
    : 'correct it in the YAML files; where it comes from an archive, its vendor must';
  return objectMistakes(object).map(
    (mistake) =>
      new SolutionsError(`the API server would refuse ${what}: ${mistake}`, {
        code: 'invalid-object',
        place,
        hint,
      }),
  );
}

/** CRDs may be applied server-side; what else is that large is not what anybody meant. */
function tooLarge({ object, size }: PrintedObject, what: string, place: Place) {
  const isCrd = object['kind'] === 'CustomResourceDefinition';
  const limit = isCrd ? MAX_OBJECT : MAX_CLIENT_SIDE;
  if (size <= limit) return [];
  const message = `${what} has ${size} bytes of JSON, more than ${limit}`;
  const hint = isCrd
    ? 'no cluster stores an object that large: the vendor must shorten it (descriptions first)'
    : `kubectl cannot apply an object that large: ${shorter(place)}`;
  return [new SolutionsError(message, { code: 'object-too-large', place, hint })];
}

/** To what one file of an archive became, other versions add nothing. */
function shorter({ file }: Place): string {
  return file.startsWith('metadata/')
    ? 'the vendor must shorten that file, or make two of it'
    : 'import fewer versions, or ask the vendor to shorten it';
}
