import {
  behindGap,
  lineEnd,
  lineStart,
  startsLine,
  withoutLines,
  type Part,
} from './edit-parts.ts';
import type { Splice } from './edit-source.ts';

/** A collection in flow style. */
export interface Flow {
  readonly text: string;
  readonly parts: readonly Part[];
  /** Where the brackets stand. */
  readonly at: number;
  readonly end: number;
}

/** Puts new parts behind the part `after`, -1 for the front; each in its line where the others are. */
export function insertWords(flow: Flow, after: number, added: readonly string[]): Splice[] {
  const { text, parts, at } = flow;
  const before = parts[after];
  if (before && hasOwnLine(flow, before)) return insertOwnLines(flow, before, added);
  if (before) return [insertion(before.end, added.map((one) => `, ${one}`).join(''))];
  const [first] = parts;
  if (first) return [insertion(first.start, added.map((one) => `${one}, `).join(''))];
  // A comment has a blank before it.
  return [insertion(at + 1, `${added.join(', ')}${text.charAt(at + 1) === '#' ? ' ' : ''}`)];
}

function insertOwnLines({ text }: Flow, before: Part, added: readonly string[]): Splice[] {
  const indent = text.slice(lineStart(before.start, text), before.start);
  const comma = behindGap(before.end, text);
  const lines = added.map((one) => `\n${indent}${one}`);
  if (text.charAt(comma) === ',') {
    return [insertion(lineEnd(comma, text), lines.map((line) => `${line},`).join(''))];
  }
  return [insertion(before.end, ','), insertion(lineEnd(before.end, text), lines.join(','))];
}

/** Takes parts away. At least one stays. */
export function removeWords(flow: Flow, removed: ReadonlySet<number>): Splice[] {
  const { text, parts } = flow;
  const lastKept = parts.findLastIndex((_, index) => !removed.has(index));
  return parts.flatMap((part, index): Splice[] => {
    if (!removed.has(index)) return [];
    const before = parts[index - 1];
    const next = parts[index + 1];
    if (hasOwnLine(flow, part)) {
      const isDangling = index === lastKept + 1 && !endsWithComma(part, text);
      const comma = isDangling && before ? [commaBehind(before, text)] : [];
      return [...comma, withoutLines(part, text)];
    }
    if (index > lastKept && before) return [{ at: before.end, end: part.end, text: '' }];
    return [{ at: part.start, end: next?.start ?? part.end, text: '' }];
  });
}

/** Whether a part has its lines for itself, the brackets in others. */
function hasOwnLine({ text, end }: Flow, part: Part): boolean {
  if (!startsLine(part.start, text)) return false;
  const stop = lineEnd(part.end, text);
  return stop < end - 1 && /^[ \t]*,?[ \t]*(?:#|$)/u.test(text.slice(part.end, stop));
}

function endsWithComma({ end }: Part, text: string): boolean {
  return text.charAt(behindGap(end, text)) === ',';
}

function commaBehind({ end }: Part, text: string): Splice {
  const at = behindGap(end, text);
  return { at, end: at + 1, text: '' };
}

function insertion(at: number, text: string): Splice {
  return { at, end: at, text };
}
