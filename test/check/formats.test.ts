import type { Log } from 'sarif';
import { execa } from 'execa';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/check/finding.ts';
import { junitOf } from '../../src/check/junit.ts';
import { rulesFor } from '../../src/check/rules.ts';
import { sarifOf } from '../../src/check/sarif.ts';
import { scratchFolder } from '../support/archive-make.ts';

const iso: Report = {
  subject: 'a b/c:d#%.iso',
  kind: 'iso',
  id: 'store-1.0.0',
  findings: [
    {
      rule: 'crd-schema',
      message: 'spec must <be> & "there"',
      at: { path: 'operator/deploy/crds/é_crd.yaml', line: 3, column: 5 },
    },
    { rule: 'iso-joliet', message: 'half \uD800 a character, \u001B and \uFFFF' },
    { rule: 'blob-copies', message: 'two', at: { path: 'images/a' } },
  ],
  omitted: [{ rule: 'crd-schema', count: 7 }],
};
const folder: Report = {
  subject: './tree/',
  kind: 'directory',
  findings: [{ rule: 'product-name', message: 'no', at: { path: 'manifest.yaml', line: 4 } }],
  omitted: [],
};

describe('SARIF', () => {
  const made = sarifOf([iso, folder], '1.2.3');
  /** The compiler compares the two: these types are made from the schema of SARIF 2.1.0. */
  const log: Log = made;
  const [run] = made.runs;

  test('has the version and the schema that viewers go by', () => {
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('2.1.0.json') });
  });

  test('has every rule once, and each result points at its rule', () => {
    const rules = run?.tool.driver.rules ?? [];
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { ruleId, ruleIndex } of run?.results ?? []) {
      expect(rules[ruleIndex]?.id).toBe(ruleId);
    }
  });

  test('nests what is in an image in the image, and gives what is in a folder as a file', () => {
    expect(run?.artifacts).toEqual([
      { location: { uri: 'a%20b/c%3Ad%23%25.iso' } },
      { location: { uri: '/operator/deploy/crds/%C3%A9_crd.yaml' }, parentIndex: 0 },
      { location: { uri: '/images/a' }, parentIndex: 0 },
    ]);
    const places = run?.results.map(({ locations }) => locations[0]?.physicalLocation);
    expect(places).toEqual([
      {
        artifactLocation: { uri: '/operator/deploy/crds/%C3%A9_crd.yaml', index: 1 },
        region: { startLine: 3, startColumn: 5 },
      },
      { artifactLocation: { uri: 'a%20b/c%3Ad%23%25.iso', index: 0 } },
      { artifactLocation: { uri: '/images/a', index: 2 } },
      { artifactLocation: { uri: './tree/manifest.yaml' }, region: { startLine: 4 } },
    ]);
  });

  test('counts what was left out', () => {
    expect(run?.invocations[0]?.toolExecutionNotifications).toEqual([
      {
        level: 'note',
        message: { text: 'a b/c:d#%.iso: left out: 7 more findings of crd-schema' },
        associatedRule: { id: 'crd-schema' },
      },
    ]);
  });
});

describe('JUnit', () => {
  test('has a suite for each archive and a case for each rule, of which those fail that do', () => {
    const text = junitOf([iso, folder], ['error']);
    const count = rulesFor('archive').length;
    expect(text.match(/<testsuite /gu)).toHaveLength(2);
    expect(text.match(/<testcase /gu)).toHaveLength(2 * count);
    expect(text).toContain(`name="a b/c:d#%.iso" tests="${count}" failures="1" errors="0"`);
    expect(text).toContain('spec must &lt;be&gt; &amp; &quot;there&quot;\nand 7 more\nmend: ');
    expect(text.match(/<failure /gu)).toHaveLength(2);
    expect(junitOf([iso], ['error', 'warning']).match(/<failure /gu)).toHaveLength(2);
  });

  test('is XML to a parser that is not ours', async () => {
    const file = join(scratchFolder(), 'a.xml');
    writeFileSync(file, junitOf([iso, folder], ['error']));
    const script =
      'import sys, xml.dom.minidom as m; print(m.parse(sys.argv[1]).documentElement.tagName)';
    expect((await execa('python3', ['-c', script, file])).stdout).toBe('testsuites');
  });
});
