import { quoted } from '../archive/mistake.ts';
import type { Json } from '../kubernetes/value.ts';

/** A value of a manifest, which may be anything, as it may be printed in a sentence. */
export function shown(value: Json | undefined): string {
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' ? 'something that is no text' : String(value ?? 'nothing');
}
