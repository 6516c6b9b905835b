import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageFile } from '../src/package.ts';
import { solutions } from './support/cli.ts';

/** The diagrams of a document, each with the heading above it. */
function diagramsIn(text: string): [string, string][] {
  const parts = text.split(/^## /mu).slice(1);
  return parts.flatMap((part) => {
    const heading = part.split('\n', 1)[0] ?? '';
    const blocks = [...part.matchAll(/^```mermaid\n([^]*?)^```$/gmu)];
    return blocks.map(([, diagram = '']): [string, string] => [heading, diagram]);
  });
}

const documents = [
  'README.md',
  ...readdirSync(packageFile('docs'))
    .map((name) => `docs/${name}`)
    .toSorted(),
];
const diagrams = diagramsIn(readDocument('docs/lifecycle.md'));

function readDocument(path: string): string {
  return readFileSync(packageFile(path), 'utf8');
}

let parse: (text: string) => Promise<unknown>;
beforeAll(() => {
  // Made for a page: it leaves itself in what is global there.
  const page = createContext({ structuredClone, setTimeout, clearTimeout, URL, console });
  const file = import.meta.resolve('@mermaid-js/tiny/dist/mermaid.tiny.js');
  runInContext(readFileSync(new URL(file), 'utf8'), page);
  parse = async (text) => runInContext(`mermaid.parse(${JSON.stringify(text)})`, page);
});

/** The command lines of this program in a text: what stands behind its name, to the end. */
function linesIn(text: string): string[][] {
  const lines = [...text.matchAll(/(?:^\s*|[-:$] |`)solutions (?!help\b)(?=[a-z])([^\n,`]*)/gmu)];
  return lines.map(([, line = '']) => line.split(/\s+/u));
}

const help = new Map<string, string>();

async function helpOf(command: string): Promise<string> {
  const known = help.get(command) ?? (await solutions([command, '--help'])).stdout;
  help.set(command, known);
  return known;
}

/** What is no command of the program, or no flag of the command. */
async function unknownIn(words: readonly string[]): Promise<string[]> {
  const [command = '', ...rest] = words;
  const text = await helpOf(command);
  if (!text.startsWith(`Usage: solutions ${command} `)) return [command];
  const flags = rest.filter((word) => /^--?[a-z]/iu.test(word));
  return flags.filter((flag) => !new RegExp(`^ .*(?:^|[ ,])${flag}(?:[ ,]|$)`, 'mu').test(text));
}

describe('docs/lifecycle.md', () => {
  it('has a diagram for each step of a life', () => {
    expect(diagrams.map(([heading]) => heading)).toEqual([
      'Import',
      'Activation',
      'An Environment',
      'Upgrade and downgrade',
      'Removal',
      'Take-over from Salt',
    ]);
  });

  it.each(diagrams)('the diagram of %s is one to Mermaid', async (_, text) => {
    await expect(parse(text)).resolves.toMatchObject({ diagramType: 'sequence' });
  });

  it.each([
    ['no target', '  a->> hello\n'],
    ['a word of its own', '  nonsense\n'],
    ['an end too many', '  a->>b: c\n  end\n'],
    ['a block without an end', '  alt c\n  a->>b: c\n'],
  ])('a diagram with %s would be none', async (_, lines) => {
    await expect(parse(`sequenceDiagram\n${lines}`)).rejects.toThrow('Parse error');
  });

  it.each(diagrams)('the commands of %s are those of the program', async (_, text) => {
    const lines = linesIn(text);
    expect(lines.length).toBeGreaterThan(0);
    const unknown = await Promise.all(lines.map(unknownIn));
    expect(unknown.flat()).toEqual([]);
  });

  it('would not name a command or a flag that there is not', async () => {
    expect(await unknownIn(['upgrade', '-n', 'a'])).toEqual(['upgrade']);
    expect(await unknownIn(['add-solution', '-n', 'a', '--force'])).toEqual(['--force']);
    expect(await unknownIn(['unpush', 'a', '--fro', 'b'])).toEqual(['--fro']);
  });
});

describe('docs/architecture.md', () => {
  it('tells of each folder of src/', () => {
    const named = new Set(readDocument('docs/architecture.md').match(/\b[a-z]+\b/gu));
    const folders = readdirSync(packageFile('src')).filter((name) => !name.includes('.'));
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.filter((name) => !named.has(name))).toEqual([]);
  });
});

describe.each(documents)('%s', (path) => {
  it('names commands and flags of the program alone', async () => {
    const unknown = await Promise.all(linesIn(readDocument(path)).map(unknownIn));
    expect(unknown.flat()).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...readDocument(path).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/gu)];
    const targets = links.map(([, link = '']) => posix.join(posix.dirname(path), link));
    expect(targets.filter((target) => !existsSync(packageFile(target)))).toEqual([]);
  });
});

describe('what solutions init writes', () => {
  it.each(['README.md.hbs', 'solutions.yaml', 'environments.yaml'])(
    'names commands and flags of the program alone in %s',
    async (name) => {
      const lines = linesIn(readFileSync(packageFile(`templates/init/${name}`), 'utf8'));
      expect(lines.length).toBeGreaterThan(0);
      const unknown = await Promise.all(lines.map(unknownIn));
      expect(unknown.flat()).toEqual([]);
    },
  );
});
