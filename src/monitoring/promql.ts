import { parser } from '@prometheus-io/lezer-promql';

const strict = parser.configure({ strict: true });

/**
 * The parser gives up on what is longer than this in one level (some 300 sums) or deeper (some 900
 * powers), and says the same as of a mistake; beyond it an expression is left to Prometheus.
 */
const SURE = 1800;
/** Nothing longer is looked at: the time is that of its length. */
const MAX_LENGTH = 16 << 10;

/** Where an expression is no PromQL: an offset in UTF-16 units; undefined where it parses. */
export function promqlMistake(expression: string): number | undefined {
  if (expression.length > MAX_LENGTH) return undefined;
  try {
    strict.parse(expression);
    return undefined;
  } catch (error) {
    const [, digits] =
      /^No parse at ([0-9]+)$/u.exec(error instanceof SyntaxError ? error.message : '') ?? [];
    if (digits === undefined) throw error;
    return Number(digits) > SURE ? undefined : Number(digits);
  }
}
