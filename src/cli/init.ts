import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import Handlebars from 'handlebars';
import { jsonSchemas } from '../config/json-schema.ts';
import { startFolder } from '../out/starting-folder.ts';
import { packageFile, packageVersion } from '../package.ts';
import { shellLine } from './shell.ts';
import type { Terminal } from './terminal.ts';

/** Files of a new repository, and their templates: npm packs no file named `.gitignore`. */
const templates: readonly (readonly [string, string])[] = [
  ['solutions.yaml', 'solutions.yaml'],
  ['environments.yaml', 'environments.yaml'],
  ['platform.yaml', 'platform.yaml.hbs'],
  ['README.md', 'README.md.hbs'],
  ['.gitignore', 'gitignore'],
  ['.gitattributes', 'gitattributes'],
  ['.github/workflows/solutions.yml', 'github-workflow.yml'],
  ['.gitlab-ci.yml', 'gitlab-ci.yml'],
];

/** What `solutions init` was asked. */
interface InitOptions {
  /** Relative to `root`. */
  readonly directory: string;
  readonly root: string;
}

/** `solutions init`: the files of a new repository. */
export function init({ directory, root }: InitOptions, terminal: Terminal): void {
  const dir = isAbsolute(directory) ? directory : join(root, directory);
  const files = filesOfRepository();
  startFolder(dir, files, { label: dir });
  if (terminal.format === 'json') {
    terminal.printJson({ directory: dir, written: [...files.keys()] });
    return;
  }
  for (const name of files.keys()) terminal.print(`${join(dir, name)} written`);
  terminal.say(['Next:', ...nextSteps(dir).map((line) => `  ${line}`)].join('\n'));
}

function filesOfRepository(): Map<string, string> {
  const schemas = [...jsonSchemas()].map(([name, text]) => [`schemas/${name}`, text] as const);
  const texts = templates.map(([name, template]) => [name, textOf(template)] as const);
  return new Map([...texts, ...schemas]);
}

function textOf(template: string): string {
  const text = readFileSync(packageFile(`templates/init/${template}`), 'utf8');
  if (!template.endsWith('.hbs')) return text;
  const render = Handlebars.compile(text, { strict: true, noEscape: true });
  return render({ version: packageVersion() });
}

function nextSteps(dir: string): string[] {
  const into = dir === '.' ? [] : [shellLine(['cd', dir])];
  const start = isInRepository(dir) ? [] : ['git init'];
  return [...into, ...start, 'solutions synth', 'git add . && git commit -m "Start"'];
}

/** Whether the folder, or one around it, holds `.git`: a repository inside of another is rarely meant. */
function isInRepository(dir: string): boolean {
  for (let folder = resolve(dir); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true;
    if (folder === dirname(folder)) return false;
  }
}
