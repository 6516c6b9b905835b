import { styleText } from 'node:util';
import { placeText, solutionsErrors, type Notice } from '../errors.ts';
import { printable, printableLines } from '../printable.ts';

/**
 * What a command prints: tables for people, JSON for programs, Markdown for a pull request, SARIF
 * and JUnit for what shows findings.
 */
export type Format = 'text' | 'json' | 'markdown' | 'sarif' | 'junit';

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

type Style = Parameters<typeof styleText>[0];

/** One line of a result. */
export interface StyledLine {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Where a command prints: results to stdout, everything else to stderr. */
export class Terminal {
  /** Set by the command line before a command runs. */
  format: Format = 'text';
  color: boolean;
  debug = false;
  readonly #streams: Streams;

  constructor(streams: Streams, environment: Readonly<Record<string, string | undefined>>) {
    this.#streams = streams;
    // https://no-color.org: any value but an empty one.
    this.color = streams.stderr.isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  }

  /** Whether somebody watches: a line may be drawn over. */
  get isWatched(): boolean {
    return this.#streams.stderr.isTTY;
  }

  /** Whether somebody is there to answer. */
  get canAsk(): boolean {
    return this.isWatched && this.#streams.stdin.isTTY;
  }

  /** How wide a line of stderr is, in columns. */
  get columns(): number {
    // A terminal that nobody gave a size says 0.
    return this.#streams.stderr.columns || 80;
  }

  /** Text of a result, lines and all; control characters are shown, never sent. */
  print(text: string): void {
    this.#streams.stdout.write(`${printableLines(text)}\n`);
  }

  /** Lines of a result, each with a style, which counts where somebody watches them. */
  printStyled(lines: readonly StyledLine[]): void {
    const isColored = this.color && this.#streams.stdout.isTTY;
    const texts = lines.map(({ text, style }) => {
      const safe = printable(text);
      return isColored && style ? styleText(style, safe, { validateStream: false }) : safe;
    });
    this.#streams.stdout.write(`${texts.join('\n')}\n`);
  }

  /** A result for programs, which may show it in a terminal. */
  printJson(value: unknown): void {
    this.#streams.stdout.write(`${printableLines(JSON.stringify(value, null, 2))}\n`);
  }

  /** Lines for people, beside the result. */
  say(text: string): void {
    this.#streams.stderr.write(`${printableLines(text)}\n`);
  }

  /** Asks a question; anything but `y` or `yes`, the end of the input and `signal` mean no. */
  async ask(question: string, signal: AbortSignal): Promise<boolean> {
    const { createInterface } = await import('node:readline');
    this.#streams.stderr.write(`${printable(question)} [y/N] `);
    // Not as a terminal: the kernel edits the line, and an interrupt stays a signal.
    const input = createInterface({ input: this.#streams.stdin, terminal: false });
    try {
      const answer = await new Promise<string | undefined>((resolve) => {
        input.once('line', resolve);
        input.once('close', () => resolve(undefined));
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      // The cursor stands behind the question still.
      if (answer === undefined) this.#streams.stderr.write('\n');
      return /^\s*y(?:es)?\s*$/iu.test(answer ?? '');
    } finally {
      input.close();
    }
  }

  /** Bytes of our own making for a terminal that is watched: cursor movements and the like. */
  draw(text: string): void {
    this.#streams.stderr.write(text);
  }

  warn(notice: Notice): void {
    this.#complain('warning', 'yellow', notice);
  }

  /**
   * Prints what a run failed with, all of it; a stack trace only for a bug or when asked for. As
   * JSON it goes to stdout, where the result would have been.
   */
  fail(error: unknown): void {
    const errors = expected(error);
    if (this.format === 'json') {
      this.printJson({ errors: (errors ?? [bug(error)]).map(toJson) });
    } else if (errors) {
      for (const one of errors) this.#complain('error', 'red', one);
      if (errors.length > 1) this.say(`${errors.length} errors`);
    } else this.#complain('error', 'red', bug(error));
    if ((this.debug || !errors) && error instanceof Error) this.say(stackOf(error));
  }

  /** Says that a result, or what was said beside it, could not be written. */
  lost(error: Error): void {
    this.#complain('error', 'red', {
      code: 'output',
      message: `the output could not be written: ${error.message}`,
      hint: 'make room where it goes to, or send it somewhere else',
    });
  }

  #complain(level: string, style: Style, { message, hint, place }: Notice): void {
    const where = place ? `${printable(placeText(place))}: ` : '';
    const lines = [`${this.#styled(style, `${level}:`)} ${where}${printable(message)}`];
    if (hint !== undefined) lines.push(`  ${this.#styled('cyan', 'hint:')} ${printable(hint)}`);
    this.#streams.stderr.write(`${lines.join('\n')}\n`);
  }

  #styled(style: Style, text: string): string {
    return this.color ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** A table with two spaces between its columns, a line for each row. */
export function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, column) =>
    Math.max(...shown.map((row) => row[column]?.length ?? 0)),
  );
  return shown
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The errors that a user can mend; nothing where there is a bug among them. */
function expected(error: unknown): Notice[] | undefined {
  try {
    return solutionsErrors(error);
  } catch {
    return undefined;
  }
}

function bug(error: unknown): Notice {
  return {
    code: 'bug',
    message: `this is a mistake of the program, not yours: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'please report it with the lines below and the command that you ran; nothing was left half written',
  };
}

function stackOf(error: Error): string {
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  const stacks = inner.filter((one) => one instanceof Error).map(stackOf);
  return [error.stack ?? error.message, ...stacks].join('\ncaused by ');
}

/** What a program gets of an error or a warning. */
export function toJson({ code, message, hint, place }: Notice) {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(place ? { place } : {}) };
}
