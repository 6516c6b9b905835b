import { isDeepStrictEqual } from 'node:util';
import { SolutionsError, solutionsErrors } from '../errors.ts';
import { decodeText, Lines } from '../kubernetes/source.ts';
import { isJsonObject, type Json } from '../kubernetes/value.ts';
import { sameEnds } from './common-ends.ts';
import type { YamlDocument } from './document.ts';
import { addDocuments, removeDocument } from './edit-documents.ts';
import { guardOf } from './edit-guard.ts';
import { layoutOf } from './edit-layout.ts';
import { splicedBytes, type Splice } from './edit-source.ts';
import { changeRoot } from './edit-value.ts';
import { mistake } from './mistake.ts';
import { readYaml, type ReadOptions } from './yaml.ts';

/** From what the documents of a file say to what they are to say. */
export type Change = (documents: readonly Json[]) => readonly Json[];

/**
 * Edits a YAML file of people's on its source: comments, order, quoting, indents, blank lines and line
 * ends stay, every byte but those of the values that change. What is added looks like what is there.
 *
 * @returns the new bytes, or nothing where nothing changes.
 * @throws SolutionsError, or several in an AggregateError: those of {@link readYaml}; `edit-shared`
 *   where an alias shows the value elsewhere, too; `edit-unsafe` where the result would not say what
 *   was asked for, so that no mistake of this program damages a file.
 */
export function editYaml(
  bytes: Uint8Array,
  options: ReadOptions,
  change: Change,
): Uint8Array | undefined {
  const documents = readYaml(bytes, options);
  const before = documents.map(({ value }) => value);
  const after = change(before);
  if (isDeepStrictEqual(before, after)) return undefined;
  const text = decodeText(bytes) ?? '';
  const edited = splicedBytes(bytes, splicesFor({ documents, after, text }, options.file));
  requireSaid(edited, after, options);
  return edited;
}

interface Edit {
  readonly documents: readonly YamlDocument[];
  readonly after: readonly Json[];
  readonly text: string;
}

function splicesFor({ documents, after, text }: Edit, file: string): Splice[] {
  const before = documents.map(({ value }) => value);
  const { front, back } = sameEnds(before, after);
  const [old, now] = [before.length - back, after.length - back];
  const both = Math.min(old, now);
  const changed = documents
    .slice(front, both)
    .flatMap((document, index) =>
      changeOne(document, after[front + index] ?? null, { text, file }),
    );
  const removed = documents.slice(both, old).map(({ root }) => removeDocument(text, root));
  const added = after.slice(both, now).filter(isJsonObject);
  if (added.length === 0) return [...changed, ...removed];
  return [...changed, ...removed, addDocuments(text, added, documents[0]?.root)];
}

function changeOne(
  { root, value }: YamlDocument,
  after: Json,
  { text, file }: { readonly text: string; readonly file: string },
): Splice[] {
  const lines = new Lines(text);
  const splices: Splice[] = [];
  const { onChange, onRemoval } = guardOf(root, (at) => ({ file, ...lines.positionOf(at) }));
  const layout = layoutOf(root, text);
  changeRoot(root, { before: value, after }, { text, layout, splices, onChange, onRemoval });
  return splices;
}

/** The last door before the disk: what was written is read again. */
function requireSaid(edited: Uint8Array, after: readonly Json[], options: ReadOptions): void {
  let cause: unknown;
  try {
    const found = readYaml(edited, options).map(({ value }) => value);
    if (isDeepStrictEqual(found, after)) return;
  } catch (error) {
    [cause] = solutionsErrors(error);
  }
  throw mistake(
    'edit-unsafe',
    'the file is written in a way that keeps it from being edited here',
    {
      place: cause instanceof SolutionsError ? cause.place : { file: options.file },
      hint: 'nothing was written: make this change by hand, and please report it with the file',
      cause,
    },
  );
}
