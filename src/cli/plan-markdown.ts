import type { Notice } from '../errors.ts';
import { placeText } from '../errors.ts';
import { isEmptyPlan, type ChangePlan } from '../plan/change-plan.ts';
import { printable } from '../printable.ts';
import { planNotes, planTitle, type PlanBase } from './plan-base.ts';
import { placementLines, planSections, type PlanSection } from './plan-sections.ts';

interface Planned {
  readonly base: PlanBase;
  readonly plan: ChangePlan;
  readonly notices: readonly Notice[];
}

/** Characters that a comment may have on GitHub, less some for what a pipeline puts around it. */
const MAX_COMMENT = 65_536 - 2_048;

/**
 * A plan for a pull request. Whatever comes from elsewhere stands in a fenced block or in a code
 * span, where no Markdown, HTML, link or mention counts; the fence is longer than any in the text.
 */
export function planMarkdown({ base, plan, notices }: Planned): string {
  const head = [`### ${planTitle(base, code)}`, ...planNotes(base)];
  const placed = placementLines(plan.placement).map((line) => `- ${code(line)}`);
  const sections = [...planSections(plan), ...(notices.length === 0 ? [] : [warnings(notices)])];
  const nothing = isEmptyPlan(plan) ? ['Nothing changes.'] : [];
  const top = [...head, ...nothing].join('\n\n');
  const [list = '', ...blocks] = fitted(
    [
      { lines: placed, wrap: (lines) => lines.join('\n') },
      ...sections.map((one) => ({
        lines: one.lines.map(safeLine),
        wrap: (lines: readonly string[]) => folded(one, lines),
      })),
    ],
    MAX_COMMENT - top.length,
  );
  return [top, list, ...blocks].filter((text) => text !== '').join('\n\n');
}

function warnings(notices: readonly Notice[]): PlanSection {
  const lines = notices.flatMap(({ message, hint, place }) => [
    `! ${place ? `${placeText(place)}: ` : ''}${message}`,
    ...(hint === undefined ? [] : [`    ${hint}`]),
  ]);
  return { title: `Warnings: ${notices.length}`, lines, language: 'diff' };
}

/** Characters of one line: what is longer, backticks that a fence must outdo among it, is no summary. */
const MAX_LINE = 1_000;

function safeLine(text: string): string {
  const safe = printable(text);
  return safe.length > MAX_LINE ? `${safe.slice(0, MAX_LINE)}…` : safe;
}

/** One line of any text: a code span whose ends are longer than what is in it. */
function code(text: string): string {
  const safe = safeLine(text);
  const ends = '`'.repeat(longestRun(safe) + 1);
  const pad = /^`|`$/u.test(safe) ? ' ' : '';
  return `${ends}${pad}${safe}${pad}${ends}`;
}

function folded({ title, language, isGrave }: PlanSection, lines: readonly string[]): string {
  const text = lines.join('\n');
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `<details${isGrave ? ' open' : ''}><summary>${title}</summary>\n\n${fence}${language}\n${text}\n${fence}\n\n</details>`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
}

interface Block {
  readonly lines: readonly string[];
  readonly wrap: (lines: readonly string[]) => string;
}

/** Cuts the longest blocks, so that all of them together have at most `limit` characters. */
function fitted(blocks: readonly Block[], limit: number): string[] {
  let left = limit;
  let count = blocks.length;
  const texts = new Map<Block, string>();
  // The short ones first: what they leave is for the others.
  for (const block of blocks.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const text = cut(block, Math.floor(left / count));
    texts.set(block, text);
    left -= text.length + 2;
    count -= 1;
  }
  return blocks.map((block) => texts.get(block) ?? '');
}

function sizeOf({ lines }: Block): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function cut({ lines, wrap }: Block, limit: number): string {
  if (lines.length === 0) return '';
  const whole = wrap(lines);
  if (whole.length <= limit) return whole;
  const kept: string[] = [];
  const spare = 400;
  let size = spare;
  for (const line of lines) {
    size += line.length + 1;
    if (size > limit) break;
    kept.push(line);
  }
  const left = lines.length - kept.length;
  const more = `${left} more ${left === 1 ? 'line is' : 'lines are'} left out; \`solutions plan\` prints all`;
  return `${wrap(kept)}\n\n${more}`;
}
