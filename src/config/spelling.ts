/** A hint naming the one of `known` that `word` is most likely a slip of, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, edits: editsBetween(word, candidate) }))
    .filter(({ candidate, edits }) => edits <= mostEdits(candidate))
    .toSorted((a, b) => a.edits - b.edits)[0];
  return near && `did you mean \`${near.candidate}\`?`;
}

/** More edits than a third of a word make another word. */
function mostEdits(candidate: string): number {
  return Math.max(1, Math.floor(candidate.length / 3));
}

function editsBetween(word: string, candidate: string): number {
  // Words of very different length need no measuring, which takes time in both lengths.
  const difference = Math.abs(word.length - candidate.length);
  if (difference > mostEdits(candidate)) return difference;
  return distance(word.toLowerCase(), candidate.toLowerCase());
}

/** Levenshtein distance, in edits of UTF-16 code units. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replace = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
