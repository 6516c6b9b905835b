import { hash } from 'node:crypto';

/**
 * The stages of `out/`: kubectl reads a folder in byte order, so the number in front of a file's
 * name is the order in which its objects are created.
 */
const stages = {
  namespaces: { number: '0000', name: 'namespaces', holds: 'Namespaces' },
  crds: { number: '0100', name: 'crds', holds: 'CRDs' },
  roles: { number: '0200', name: 'roles', holds: 'ClusterRoles' },
  admission: { number: '0280', name: 'admission', holds: 'which images are admitted' },
  imageArchives: { number: '0290', name: 'images', holds: 'what image Jobs need' },
  images: { number: '0300', name: 'images', holds: 'image Jobs' },
  operator: { number: '0400', name: 'operator', holds: 'Operators' },
  ui: { number: '0500', name: 'ui', holds: 'UIs' },
  monitoring: { number: '0600', name: 'monitoring', holds: 'what monitors them' },
} as const;

/** A file of `out/` before it is printed. */
export interface Stage {
  /** Relative to `out/`. */
  readonly file: string;
  /** The number of the stage. */
  readonly order: number;
}

/** The file of `out/` for a stage and what it is about: a Solution, a Namespace, a version. */
export function stage(key: keyof typeof stages, ...about: readonly string[]): Stage {
  const { number, name } = stages[key];
  const parts = [`${number}-${name}`, ...about.map(fileToken), 'yaml'];
  return { file: parts.join('.'), order: Number(number) };
}

/** The number of the stage of a file of `out/` that holds manifests. */
export function orderOf(file: string): number {
  return Number(/(?:^|\/)([0-9]{4})-/u.exec(file)?.[1]);
}

/** Whether a file of `out/` that holds manifests may have this name, of this release or another. */
export function isStageFile(name: string): boolean {
  return /^(?:server-side\/)?[0-9]{4}-[a-z]+(?:\.[a-z0-9._-]+)?\.yaml$/u.test(name);
}

/** Whether a file of `out/` is in the folder that kubectl does not read with the others. */
export function isServerSide(file: string): boolean {
  return file.startsWith('server-side/');
}

/** What the files of these names hold, in the order of the stages, in people's words. */
export function stagesOf(files: readonly string[]): string[] {
  return Object.values(stages)
    .filter(({ number, name }) => files.some((file) => isIn(file, `${number}-${name}.`)))
    .map(({ holds }) => holds);
}

function isIn(file: string, prefix: string): boolean {
  return file.startsWith(prefix) || file.startsWith(`server-side/${prefix}`);
}

/** `text` as part of a file name: lower case, safe everywhere, different for different text. */
function fileToken(text: string): string {
  const safe = text.toLowerCase().replaceAll(/[^a-z0-9._-]/gu, '_');
  if (safe === text && text.length <= 100) return text;
  return `${safe.slice(0, 90)}-${hash('sha256', text, 'hex').slice(0, 8)}`;
}
