import { throwAll, type Place } from '../errors.ts';
import type { Fail, ManifestCode } from '../kubernetes/cursor.ts';
import type { Node } from '../kubernetes/node.ts';
import { badBytePosition, decodeText, Lines } from '../kubernetes/source.ts';
import { parseDocuments } from '../kubernetes/syntax.ts';
import { toDocument, type Path, type YamlDocument } from './document.ts';
import { firstOf, fileTooLarge, mistake, type ConfigCode } from './mistake.ts';

export type { Path, YamlDocument } from './document.ts';

/** How a file of people's is read. */
export interface ReadOptions {
  /** The name of the file in places. */
  readonly file: string;
  /** Whether the scalar at this path is text whatever it looks like: `1.10` stays `1.10`. */
  readonly isText?: (path: Path) => boolean;
}

/** A thousand Environments fit; beyond that it is some other file. */
export const MAX_BYTES = 4 << 20;

/**
 * Reads the YAML documents of a file that people write, in linear time: the grammar is the one
 * that kubectl reads, plain scalars are those of YAML 1.2's core schema. Empty documents are
 * dropped.
 *
 * @throws SolutionsError, or several in an AggregateError, each with its place: bytes that are no
 *   UTF-8, a file over 4 MiB, syntax, duplicate keys, unknown anchors, tags, aliases that multiply.
 */
export function readYaml(bytes: Uint8Array, { file, isText }: ReadOptions): YamlDocument[] {
  const text = decode(bytes, file);
  const lines = new Lines(text);
  // What is missing at the end of the file is missing behind its last word.
  const end = text.trimEnd().length;
  const place = (at: number): Place => ({ file, ...lines.positionOf(Math.min(at, end)) });
  refuseConflict(text, place);
  const fail: Fail = (code, message, at, hint) => {
    throw mistake(codes[code], message, { place: place(at), hint });
  };
  // An alias shows what it names again, and its mistakes.
  const complaints = new Map<number, () => ReturnType<typeof mistake>>();
  const complain = (message: string, at: number, hint: string) => {
    complaints.set(at, () => mistake('yaml-syntax', message, { place: place(at), hint }));
  };
  const documents = parseDocuments(text, fail)
    .filter((root) => !isEmpty(root))
    .map((root) => toDocument(root, { isText: isText ?? (() => false), place, fail, complain }));
  throwAll(firstOf([...complaints.values()], file));
  return documents;
}

const codes: Readonly<Record<ManifestCode, ConfigCode>> = {
  'manifest-syntax': 'yaml-syntax',
  'manifest-encoding': 'yaml-encoding',
  'manifest-too-large': 'yaml-too-large',
  'manifest-value': 'yaml-syntax',
};

function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length > MAX_BYTES) throw fileTooLarge(file, { size: bytes.length, limit: MAX_BYTES });
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw mistake('yaml-encoding', 'the file is not UTF-8 text from here on', {
    place: { file, ...badBytePosition(bytes) },
    hint: 'save it as UTF-8',
  });
}

/** Git's marker at the start of a line is valid nowhere in a map; its syntax errors say nothing. */
function refuseConflict(text: string, place: (at: number) => Place): void {
  const found = /^<{7} /mu.exec(text);
  if (!found) return;
  throw mistake('yaml-syntax', 'a merge conflict starts here', {
    place: place(found.index),
    hint: 'resolve it, and remove the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`',
  });
}

function isEmpty(root: Node): boolean {
  return root.kind === 'scalar' && root.plain && /^(?:~|null|Null|NULL)?$/u.test(root.text);
}
