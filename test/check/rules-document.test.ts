import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruleIds, ruleText } from '../../src/check/rules.ts';
import { rulesDocument } from '../support/rules-document.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'rules.md');

describe('docs/rules.md', () => {
  it('is made from the rules', async () => {
    await expect(rulesDocument()).toMatchFileSnapshot(file);
  });
});

describe('a rule', () => {
  it.each(ruleIds.map((id) => [id, ruleText(id)] as const))(
    '%s says what is wrong, why, and how to mend it',
    (id, { title, why, mend }) => {
      expect(id).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/u);
      expect(title).toMatch(/^[\w`].*[^.]$/u);
      expect(why).toMatch(/\.$/u);
      expect(mend).toMatch(/^[A-Z].*\.$/u);
    },
  );
});
