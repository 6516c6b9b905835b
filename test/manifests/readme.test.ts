import { describe, expect, it } from 'vitest';
import { folderOfScenario, storeWith, type ScenarioToMake } from './scenario.ts';

function readmeOf(scenario: ScenarioToMake): string {
  return folderOfScenario(scenario).get('README.md') ?? '';
}

describe('out/README.md', () => {
  it('says what is imported, active and placed', () => {
    const text = readmeOf({
      archives: [{}, { version: '1.10.0' }, { name: 'base', user: false }],
      active: { store: 'latest' },
      environments: storeWith({}),
    });
    expect(text).toContain('| store | 1.0.0, 1.10.0 | 1.10.0 |\n');
    expect(text).toContain('| base | 1.0.0 | - |\n');
    expect(text).toContain('| shop | shop | store | 1.0.0 |\n');
  });

  it('names only the stages that are there', () => {
    expect(readmeOf({ archives: [] })).toContain("The files' names are the order: Namespaces. A");
    expect(readmeOf({ environments: storeWith({}) })).toContain(': Namespaces, Operators. A');
  });

  it('tells of the take-over where there is something to take over', () => {
    expect(readmeOf({ environments: storeWith({}) })).toContain('kubectl replace --save-config');
    expect(readmeOf({})).not.toContain('Take over');
  });

  it.each([
    ['argocd', 'waits for somebody to confirm', 'Name the agent'],
    ['flux', 'Flux finds the `Kustomization`', 'Argo CD'],
    ['none', 'Name the agent under `gitops`', 'in waves'],
  ])('says what the agent %s does', (agent, there, absent) => {
    const text = readmeOf({ platform: { gitops: { agent } } });
    expect(text).toContain(there);
    expect(text).not.toContain(absent);
  });

  it.each([
    ['1.0+b|c', String.raw`1.0+b\|c`],
    ['<b>*x*</b>', String.raw`\<b\>\*x\*\<\/b\>`.replace(String.raw`\/`, '/')],
    ['[a](x)', String.raw`\[a\]\(x\)`],
    ['`rm`', String.raw`\`rm\``],
    ['{{#if a}}', String.raw`\{\{\#if a\}\}`],
    ['a\u2028b', 'a\u{fffd}b'],
    ['1.0_é', String.raw`1.0\_é`],
  ])('a version such as %j cannot be markup', (version, text) => {
    // A version with a slash is refused with its archive.
    const archives = [{ version: version.replaceAll('/', ''), user: false as const }];
    expect(readmeOf({ archives })).toContain(`| store | ${text.replaceAll('/', '')} | - |\n`);
  });

  it('ends lines, and has no blank line twice', () => {
    for (const scenario of [{ archives: [] }, {}, { environments: storeWith({}) }]) {
      expect(readmeOf(scenario)).toMatch(/[^\n]\n$/u);
      expect(readmeOf(scenario)).not.toContain('\n\n\n');
    }
  });
});
