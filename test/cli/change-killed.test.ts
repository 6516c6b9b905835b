import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTree } from '../support/archive-make.ts';
import { program, solutions } from '../support/cli.ts';
import { runProgram, scratch } from '../disk/killed.ts';

function killable(root: string, args: readonly string[]): string {
  return `process.argv = ['node', 'solutions', '-C', ${JSON.stringify(root)}, ...${JSON.stringify(args)}];
    await import(${JSON.stringify(program)});`;
}

/** A repository with one archive that is imported, and one beside it that is not. */
async function start(): Promise<string> {
  const root = scratch();
  const small = { images: [], crds: {} };
  makeTree(join(root, 'a'), small);
  makeTree(join(root, 'b'), { ...small, version: '2.0.0' });
  writeFileSync(join(root, 'solutions.yaml'), solutionsYaml('  - a\n'));
  await solutions(['-C', root, 'synth']);
  return root;
}

function solutionsYaml(archives: string): string {
  return `apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: SolutionsConfiguration\narchives: # mine\n${archives}`;
}

test.each([
  ['import', 'b', '  - a\n  - b\n'],
  ['unimport', 'a', '  []\n'],
])(
  'a kill of %s at any change of the disk leaves the file old or new, and synth goes on',
  async (command, archive, after) => {
    const root = await start();
    const wanted = [
      solutionsYaml('  - a\n'),
      solutionsYaml(after).replace('archives: # mine\n  []', 'archives: [] # mine'),
    ];
    const seen = new Set<string>();
    // Every fifth state: each is two runs of the program.
    for (let dieAt = 1; ; dieAt += 5) {
      const copy = scratch();
      cpSync(root, copy, { recursive: true });
      const { killed, stderr } = await runProgram(killable(copy, [command, '-a', archive]), {
        dieAt,
      });
      const text = readFileSync(join(copy, 'solutions.yaml'), 'utf8');
      expect(wanted).toContain(text);
      seen.add(text);
      // A record waits for the file that lists its archive.
      const isEarly = existsSync(join(copy, 'metadata/store-2.0.0')) && text === wanted[0];
      expect(isEarly).toBe(false);
      const next = await solutions(['-C', copy, 'synth']);
      expect([stderr.includes('bug'), next.exitCode]).toEqual([false, 0]);
      expect((await solutions(['-C', copy, 'synth', '--check'])).exitCode).toBe(0);
      if (!killed) break;
    }
    expect([...seen]).toEqual(wanted);
  },
  240_000,
);
