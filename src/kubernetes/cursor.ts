/** What a file of manifests is refused for. */
export type ManifestCode =
  | 'manifest-syntax'
  | 'manifest-encoding'
  | 'manifest-too-large'
  | 'manifest-value';

/** Called with what is wrong and where, an offset in the text; never returns. */
export type Fail = (code: ManifestCode, message: string, at: number, hint?: string) => never;

/** Character codes that YAML gives a meaning. */
export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const SPACE = 0x20;
export const HASH = 0x23;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const QUESTION = 0x3f;

/** Deeper than any schema in use; the recursion of whoever walks a value has room for it. */
export const MAX_DEPTH = 300;

/** Values in one file, or in those of one archive; a megabyte of real CRDs has fewer than 100,000. */
const MAX_NODES = 250_000;

/** How many values a file has so far, or several files together. */
export interface Count {
  nodes: number;
}

/** Where the reader of one document stands. Line ends are `\n`, and the text ends with one. */
export class Cursor {
  readonly text: string;
  readonly #base: number;
  readonly #fail: Fail;
  readonly #count: Count;
  pos = 0;
  /** Where the line of `pos` starts. */
  lineStart = 0;
  #depth = 0;
  /** Where the last `skip` started, and where it ended. */
  #skippedFrom = 0;
  #skippedTo = 0;

  /** `base` is where `text` stands in its file. */
  constructor(text: string, base: number, file: { readonly count: Count; readonly fail: Fail }) {
    this.text = text;
    this.#base = base;
    this.#fail = file.fail;
    this.#count = file.count;
  }

  /** The code of the character `ahead` of this one; NaN behind the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  /** Whether this line holds nothing but spaces before this. */
  get startsLine(): boolean {
    let at = this.pos - 1;
    while (at >= this.lineStart && this.text.charCodeAt(at) === SPACE) at -= 1;
    return at < this.lineStart;
  }

  get atEnd(): boolean {
    return this.pos >= this.text.length;
  }

  /** Whether the character `ahead` of this one is a blank, a line's end or the text's. */
  isBlankAt(ahead: number): boolean {
    const code = this.code(ahead);
    return code === SPACE || code === NEWLINE || code === TAB || Number.isNaN(code);
  }

  /** Goes to what comes next, over blanks, comments and line ends; whether a line ended. */
  skip(): boolean {
    const from = this.behind;
    let crossed = false;
    for (;;) {
      const code = this.code();
      if (code === SPACE || code === TAB) this.pos += 1;
      else if (code === HASH) this.pos = this.lineEnd();
      else if (code === NEWLINE) {
        this.newline();
        crossed = true;
      } else break;
    }
    this.#skippedFrom = from;
    this.#skippedTo = this.pos;
    return crossed;
  }

  /** The end of what was read last, before the blanks that were gone over since. */
  get behind(): number {
    return this.pos === this.#skippedTo ? this.#skippedFrom : this.pos;
  }

  /** Goes over the line end at `pos`. */
  newline(): void {
    this.pos += 1;
    this.lineStart = this.pos;
  }

  /** The end of this line, without its line end. */
  lineEnd(from = this.pos): number {
    const end = this.text.indexOf('\n', from);
    return end < 0 ? this.text.length : end;
  }

  /** An offset of this document as one of the file. */
  offset(pos = this.pos): number {
    return this.#base + pos;
  }

  /** One node more. */
  count(): void {
    this.#count.nodes += 1;
    if (this.#count.nodes > MAX_NODES) {
      this.fail(`the file has more than ${MAX_NODES} values`, { code: 'manifest-too-large' });
    }
  }

  /** Reads what is one level deeper. */
  deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      this.fail(`values nest more than ${MAX_DEPTH} deep`, { code: 'manifest-too-large' });
    }
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** Refuses what stands here, or `at`. */
  fail(
    message: string,
    options: { readonly at?: number; readonly hint?: string; readonly code?: ManifestCode } = {},
  ): never {
    const { at = this.pos, hint, code = 'manifest-syntax' } = options;
    return this.#fail(code, message, this.offset(at), hint);
  }
}
