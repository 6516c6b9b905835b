import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packageFile } from '../../src/package.ts';

/** The program as it is built; `npm test` builds it first. */
export const program = packageFile('build/main.js');

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built program, and gives what it printed and its exit code whatever that is. */
export async function solutions(args: readonly string[], { cwd, env = {} }: RunOptions = {}) {
  const { exitCode, stdout, stderr } = await execa('node', [program, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { CDK8S_OUTDIR: '', NO_COLOR: '', ...env },
    reject: false,
    stripFinalNewline: false,
  });
  return { exitCode, stdout, stderr };
}

const folders: string[] = [];

/** An empty folder, removed by {@link removeFolders}. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'solutions-cli-'));
  folders.push(folder);
  return folder;
}

/** A copy of the example at the root of this repository. */
export function exampleFolder(...parts: readonly string[]): string {
  const folder = emptyFolder();
  const wanted = ['solutions.yaml', 'environments.yaml', 'platform.yaml', 'examples', ...parts];
  for (const part of wanted) {
    cpSync(packageFile(part), join(folder, part), { recursive: true, preserveTimestamps: true });
  }
  return folder;
}

/** Removes what the tests of a file made. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Every file below a folder with its bytes and time of change: what a run must not touch. */
export function snapshot(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  return new Map(
    names.flatMap((name): [string, string][] => {
      const stat = statSync(join(folder, name));
      if (!stat.isFile()) return [];
      return [[name, `${stat.mtimeMs} ${readFileSync(join(folder, name), 'base64')}`]];
    }),
  );
}
