import type * as z from 'zod';
import type { Path } from './document.ts';
import { didYouMean } from './spelling.ts';

interface Sentence {
  /** The end of a sentence about the value. */
  readonly message: string;
  readonly hint?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/** What is wrong with the value `found`, as the end of a sentence that starts with its path. */
export function sentence(issue: Issue, found: unknown): Sentence {
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    return { message: `cannot be a key here: it ${inner?.message ?? 'is not known'}` };
  }
  if (issue.code === 'custom') return custom(issue, found);
  const expected = `expected ${expectation(issue)}`;
  if (found === undefined) return { message: `is missing, ${expected}` };
  if (found === null) {
    return { message: `is empty, ${expected}`, hint: 'give it a value, or remove it' };
  }
  return { message: `is ${foundText(found)}, ${expected}`, hint: hintFor(issue, found) };
}

/** A rule of ours: its message says what is wrong, its parameters may say what to do. */
function custom(issue: z.core.$ZodIssueCustom, found: unknown): Sentence {
  const hint: unknown = issue.params?.['hint'];
  const isShown = typeof found === 'string' && found !== '';
  return {
    message: isShown ? `${issue.message}; found ${foundText(found)}` : issue.message,
    hint: typeof hint === 'string' ? hint : undefined,
  };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return choice(issue.values.map((value) => `\`${String(value)}\``));
    case 'too_small':
      return issue.origin === 'string' ? 'some text' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    // Unions are only there where text may look like a number.
    case 'invalid_union':
      return 'text';
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  record: 'a map',
  object: 'a map',
  array: 'a list',
  int: 'a whole number',
  // All numbers of ours are.
  number: 'a whole number',
  boolean: 'true or false',
};

function choice(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

function hintFor(issue: Issue, found: unknown): string | undefined {
  if (issue.code === 'invalid_value' && typeof found === 'string') {
    return didYouMean(
      found,
      issue.values.map((value) => String(value)),
    );
  }
  if (issue.code !== 'invalid_type') return undefined;
  const isScalar = typeof found === 'number' || typeof found === 'boolean';
  if (issue.expected === 'string' && isScalar) {
    return `put quotes around it where text is meant: "${String(found)}"`;
  }
  if (issue.expected === 'array' && !Array.isArray(found)) return 'start each item with `- `';
  if (typeof found === 'string') return hints[issue.expected];
  return undefined;
}

const hints: Readonly<Record<string, string>> = {
  object: 'write `key: value`, with a blank behind the colon',
  record: 'write `key: value`, with a blank behind the colon',
};

/** How much of a value a message shows. */
const MAX_SHOWN = 60;

function foundText(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map';
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

/** `spec.namespaces[0].name` in backquotes, and `the document` for the root. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the document';
  const text = path.map((key, index) => {
    if (typeof key === 'number') return `[${key}]`;
    if (!/^[\w-]+$/u.test(key)) return `[${JSON.stringify(cut(key))}]`;
    return index === 0 ? cut(key) : `.${cut(key)}`;
  });
  return `\`${text.join('')}\``;
}
