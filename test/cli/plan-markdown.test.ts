import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMarkdown } from '../../src/cli/plan-markdown.ts';
import type { Notice } from '../../src/errors.ts';
import type { ChangePlan } from '../../src/plan/change-plan.ts';

const nothing: ChangePlan = {
  placement: { namespaces: [], placed: [], solutions: [] },
  crds: { changed: [], shared: [], breaking: 0 },
  rights: [],
  workloads: { jobs: [], deployments: [] },
  images: { archives: [], transfer: 0, unpush: [] },
  objects: { added: [], changed: [], removed: [] },
};

function markdown(plan: Partial<ChangePlan>, notices: readonly Notice[] = []): string {
  const base = { against: 'main', commit: 'a'.repeat(40), hasManifests: true };
  return planMarkdown({ base, plan: { ...nothing, ...plan }, notices });
}

function config(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name };
}

/** As many objects that go, each with a delete line. */
function removed(count: number): Partial<ChangePlan> {
  const names = Array.from({ length: count }, (_, index) => config(`config-${index}`));
  return { objects: { ...nothing.objects, removed: names } };
}

describe('a plan as Markdown', () => {
  it('is short where nothing changes', () => {
    expect(markdown({})).toBe('### Plan against `main` (`aaaaaaaaaaaa`)\n\nNothing changes.');
  });

  it('has all lines where they fit, and says how many it leaves out where they do not', () => {
    const whole = markdown(removed(500));
    expect(whole.match(/^kubectl delete/gmu)).toHaveLength(500);
    expect(whole).not.toContain('left out');
    const cut = markdown(removed(5000));
    const kept = cut.match(/^kubectl delete/gmu)?.length ?? 0;
    expect(cut).toContain(
      `\n${5000 - kept} more lines are left out; \`solutions plan\` prints all`,
    );
    expect(kept).toBeGreaterThan(500);
    expect(cut.length).toBeLessThan(65_536);
  });

  it('cuts the long part alone, and keeps the others whole', () => {
    const jobs = [{ ...config('images'), kind: 'Job' }];
    const cut = markdown({ ...removed(5000), workloads: { jobs, deployments: [] } }, [
      { code: 'a', message: 'look at this', hint: 'and do that' },
    ]);
    expect(cut).toContain('+ Job images in shop: runs\n');
    expect(cut).toContain('! look at this\n    and do that\n');
  });

  it('cuts lines of any length', () => {
    const message = '`'.repeat(100_000);
    expect(markdown(removed(5000), [{ code: 'a', message }]).length).toBeLessThan(65_536);
  });

  it('is open where custom resources are in danger, and closed elsewhere', () => {
    const change = {
      rule: 'field-removed',
      level: 'breaking',
      path: 'v1: spec.size',
      message: 'is gone',
      waiver: undefined,
    } as const;
    const changed = [{ name: 'things.store.example.com', changes: [change] }];
    const open = markdown({ crds: { changed, shared: [], breaking: 1 }, ...removed(1) });
    expect(open.match(/<details open>/gu)).toHaveLength(1);
    expect(open.match(/<details>/gu)).toHaveLength(2);
  });

  it('never lets any text out of its code, however long and whatever is in it', () => {
    const evil = fc
      .array(
        fc.constantFrom(
          '`',
          '``',
          '```',
          '\n',
          '\r',
          ' ',
          '~~~',
          '</details>',
          '@all',
          '#1',
          '\u2028',
          'x',
        ),
        { minLength: 1, maxLength: 12 },
      )
      .map((parts) => `EVIL${parts.join('')}EVIL`);
    fc.assert(
      fc.property(evil, evil, fc.integer({ min: 1, max: 3000 }), (one, other, count) => {
        const fields = [
          { path: `x[${one}]`, before: other, after: one, lines: true as const },
          { path: 'y', after: other },
        ];
        const changed = Array.from({ length: count }, (_, index) => ({
          ...config(`${one}${index}`),
          fields,
          moreFields: 0,
        }));
        const placed = [
          { environment: 'a', namespace: 'a', solution: 'b', before: one, after: other },
        ];
        const text = markdown(
          {
            placement: { ...nothing.placement, placed },
            objects: { ...nothing.objects, changed },
          },
          [{ code: 'a', message: one, hint: other }],
        );
        expect(text.length).toBeLessThan(65_536);
        expect(outsideOfCode(text)).not.toMatch(/EVIL|@all|~~~/u);
        expect(text.match(/^<\/details>$/gmu)?.length).toBe(text.match(/^<details/gmu)?.length);
      }),
      { numRuns: 30 },
    );
  });
});

/** Markdown without its fenced blocks and code spans, after the rules of CommonMark. */
function outsideOfCode(text: string): string {
  return text
    .replaceAll(/^(`{3,})[a-z]+\n[\s\S]*?^\1$/gmu, '')
    .replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gu, '');
}
