import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crdRuleIds, ruleText } from '../../src/crd/rules.ts';
import { crdRulesDocument } from '../support/crd-rules-document.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'crd-changes.md');

describe('docs/crd-changes.md', () => {
  it('is made from the rules', async () => {
    await expect(crdRulesDocument()).toMatchFileSnapshot(file);
  });
});

describe('a rule', () => {
  it.each(crdRuleIds.map((id) => [id, ruleText(id)] as const))(
    '%s says why, and what to do unless it is safe',
    (id, { level, what, why, remedy }) => {
      expect(id).toMatch(/^[a-z]+(?:-[a-z]+)+$/u);
      expect(what).toMatch(/^[\w`].*[^.]$/u);
      expect(why).toMatch(/\.$/u);
      expect(remedy === undefined).toBe(level === 'safe');
    },
  );
});
