import type { Json } from '../kubernetes/value.ts';
import type { Changes } from './change.ts';
import { isSet, keyword } from './schema.ts';
import type { SchemaPair } from './value-changes.ts';
import { shown } from './wording.ts';

/** A keyword that bounds a value from one side. */
interface Limit {
  readonly key: string;
  readonly side: 'lower' | 'upper';
  /** The keyword that excludes the bound itself. */
  readonly exclusive?: string;
}

const limits: readonly Limit[] = [
  { key: 'minimum', side: 'lower', exclusive: 'exclusiveMinimum' },
  { key: 'maximum', side: 'upper', exclusive: 'exclusiveMaximum' },
  { key: 'minLength', side: 'lower' },
  { key: 'maxLength', side: 'upper' },
  { key: 'minItems', side: 'lower' },
  { key: 'maxItems', side: 'upper' },
  { key: 'minProperties', side: 'lower' },
  { key: 'maxProperties', side: 'upper' },
];

interface Bound {
  readonly value: number | bigint;
  readonly isExclusive: boolean;
}

/** What changes of the keywords that bound numbers, text, lists and maps. */
export function limitChanges(pair: SchemaPair, changes: Changes): void {
  for (const limit of limits) {
    const [old, now] = [boundOf(pair.before, limit), boundOf(pair.after, limit)];
    if (isStricter(now, old, limit)) {
      changes.add('limit-tightened', pair.path, sentence(limit.key, old, now));
    } else if (isStricter(old, now, limit)) {
      changes.add('limit-loosened', pair.path, sentence(limit.key, old, now));
    }
  }
  factorChanges(pair, changes);
}

function boundOf(schema: Json | undefined, { key, exclusive }: Limit): Bound | undefined {
  const value = numberOf(schema, key);
  // No length is below 0, and nothing else starts with `min` and has a capital letter.
  if (value === undefined || (/^min[A-Z]/u.test(key) && value <= 0)) return undefined;
  return { value, isExclusive: exclusive !== undefined && isSet(schema, exclusive) };
}

function numberOf(schema: Json | undefined, key: string): number | bigint | undefined {
  const value = keyword(schema, key);
  return typeof value === 'number' || typeof value === 'bigint' ? value : undefined;
}

/** Numbers and bigints compare exactly: 64-bit bounds are no doubles. */
function isStricter(a: Bound | undefined, b: Bound | undefined, { side }: Limit): boolean {
  if (!a) return false;
  if (!b) return true;
  if (a.value < b.value) return side === 'upper';
  if (a.value > b.value) return side === 'lower';
  return a.isExclusive && !b.isExclusive;
}

function sentence(key: string, old: Bound | undefined, now: Bound | undefined): string {
  if (!old) return now ? `\`${key}\` is new: ${boundText(now)}` : '';
  return now
    ? `\`${key}\` was ${boundText(old)}, is ${boundText(now)}`
    : `\`${key}\` is gone, it was ${boundText(old)}`;
}

function boundText({ value, isExclusive }: Bound): string {
  return isExclusive ? `${shown(value)} (exclusive)` : shown(value);
}

/** What a number must be a multiple of: one that divides the other asks for less. */
function factorChanges({ before, after, path }: SchemaPair, changes: Changes): void {
  const [old, now] = [numberOf(before, 'multipleOf'), numberOf(after, 'multipleOf')];
  if (old === now) return;
  const message = sentence('multipleOf', toBound(old), toBound(now));
  const isLoosened = old !== undefined && (now === undefined || divides(now, old));
  changes.add(isLoosened ? 'limit-loosened' : 'limit-tightened', path, message);
}

function toBound(value: number | bigint | undefined): Bound | undefined {
  return value === undefined ? undefined : { value, isExclusive: false };
}

/** Of fractions it is not known: a remainder of doubles is rounded. */
function divides(divisor: number | bigint, number: number | bigint): boolean {
  const [small, big] = [divisor, number].map(wholeOf);
  return small !== undefined && big !== undefined && small !== 0n && big % small === 0n;
}

function wholeOf(value: number | bigint): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return Number.isInteger(value) ? BigInt(value) : undefined;
}
