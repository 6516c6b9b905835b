import { resolve } from 'node:path';
import { checkArchives } from '../check/archive-check.ts';
import { countOf, type Report } from '../check/finding.ts';
import { checkManifests } from '../check/manifest-check.ts';
import { holdsManifests } from '../check/manifest-folder.ts';
import type { Level } from '../check/rule.ts';
import { readConfigFile } from '../config/file.ts';
import { parsePlatform, type Platform } from '../config/platform.ts';
import type { Waiver } from '../config/waivers.ts';
import { packageVersion } from '../package.ts';
import { loadTrusted, type Trusted } from '../trust/keys.ts';
import { jsonReport, textReport } from './check-report.ts';
import { exitCodes, type ExitCode } from './exit-code.ts';
import { progressOn } from './progress.ts';
import type { Terminal } from './terminal.ts';

interface CheckRun {
  readonly archives: readonly string[];
  readonly deep: boolean;
  /** Whether warnings fail. */
  readonly strict: boolean;
  /** What relative paths are relative to. */
  readonly root: string;
}

/** `solutions check`: what is wrong with archives, for people and for programs. */
export async function check(run: CheckRun, terminal: Terminal): Promise<ExitCode> {
  const { archives, deep, strict, root } = run;
  const progress = progressOn(terminal);
  const all = archives.map((name) => ({ name, file: resolve(root, name) }));
  const folders = new Set(all.filter(({ file }) => holdsManifests(file)));
  const judged = await checkArchives(
    all.filter((one) => !folders.has(one)),
    {
      deep,
      trusted: trustedIn(root),
      progress: (path, done, total) => progress.report({ path, done, total }),
    },
  ).finally(progress.clear);
  const waivers = folders.size === 0 ? [] : waiversIn(root);
  const reports = all.flatMap((one) =>
    folders.has(one) ? [checkManifests(one, waivers)] : judged.splice(0, 1),
  );
  const failing: readonly Level[] = strict ? ['error', 'warning'] : ['error'];
  await print(reports, failing, terminal);
  return failing.some((level) => countOf(reports, level) > 0) ? exitCodes.failed : exitCodes.done;
}

function waiversIn(root: string): readonly Waiver[] {
  return platformIn(root).waivers;
}

/** A vendor has no platform.yaml: signatures are then found, and not checked. */
function trustedIn(root: string): Trusted {
  return loadTrusted(platformIn(root).trust, root);
}

function platformIn(root: string): Platform {
  const bytes = readConfigFile(root, 'platform.yaml') ?? new Uint8Array();
  return parsePlatform(bytes, 'platform.yaml');
}

async function print(
  reports: readonly Report[],
  failing: readonly Level[],
  terminal: Terminal,
): Promise<void> {
  switch (terminal.format) {
    case 'sarif': {
      const { sarifOf } = await import('../check/sarif.ts');
      terminal.printJson(sarifOf(reports, packageVersion()));
      break;
    }
    case 'junit': {
      const { junitOf } = await import('../check/junit.ts');
      terminal.print(junitOf(reports, failing));
      break;
    }
    case 'json':
      terminal.printJson(jsonReport(reports));
      break;
    default:
      terminal.printStyled(textReport(reports));
  }
}
