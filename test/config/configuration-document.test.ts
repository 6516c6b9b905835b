import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Document, parse } from 'yaml';
import * as z from 'zod';
import { jsonSchemas } from '../../src/config/json-schema.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { packageFile } from '../../src/package.ts';

const files = ['solutions', 'environments', 'platform'] as const;
type File = (typeof files)[number];

const document = readFileSync(packageFile('docs/configuration.md'), 'utf8');

/** One row tells of all that is in these: Kubernetes' own fields, or those of the items of a list. */
const closed = new Set(['env', 'resources', 'tolerations', 'keys', 'crdWaivers', 'waivers']);

interface Node {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly items: readonly unknown[];
}

const nodeSchema = z.looseObject({
  $ref: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});
const rootSchema = z.looseObject({ $defs: z.record(z.string(), z.unknown()).optional() });

/** The paths of all settings that hold no others, and of all lists of settings. */
function settingsOf(file: File): string[] {
  const root = rootSchema.parse(JSON.parse(jsonSchemas().get(`${file}.schema.json`) ?? ''));
  const nodesOf = (node: unknown): Node[] => {
    const { $ref, properties = {}, items, anyOf = [] } = nodeSchema.parse(node);
    const target = $ref === undefined ? [] : [root.$defs?.[$ref.split('/').at(-1) ?? '']];
    const own = { properties, items: items === undefined ? [] : [items] };
    return [own, ...[...target, ...anyOf].flatMap(nodesOf)];
  };
  const below = (node: unknown, prefix: string): string[] =>
    nodesOf(node)
      .flatMap(({ properties }) => Object.entries(properties))
      .flatMap(([key, one]) => {
        const path = `${prefix}${key}`;
        if (closed.has(key)) return [path];
        const inner = below(one, `${path}.`);
        const items = nodesOf(one).flatMap((each) => each.items);
        const listed = items.flatMap((item) => below(item, `${path}[].`));
        return [...(inner.length === 0 ? [path] : inner), ...listed];
      });
  return [...new Set(below(root, ''))].toSorted();
}

interface Row {
  readonly setting: string;
  readonly fallback: string;
}

/** The settings in the tables of a file's chapter; the line above a table says which list it is of. */
function rowsOf(file: File): Row[] {
  const [, chapter = ''] = document.split(`\n## \`${file}.yaml\`\n`);
  const [text = ''] = chapter.split('\n## ');
  let prefix = file === 'platform' ? 'spec.' : '';
  return text.split('\n').flatMap((line) => {
    const [, list] = /^Of each .*`(spec\..*)`:$/u.exec(line) ?? [];
    if (list !== undefined) prefix = `${list}.`;
    const [, names = '', fallback = ''] = /^\| (\**`.*?) \| (.*?) ?\| /u.exec(line) ?? [];
    return [...names.matchAll(/`([\w.]+)`/gu)].map(([, name]) => ({
      setting: `${prefix}${name}`,
      fallback,
    }));
  });
}

/** What of the second column is a value and no words. */
function defaultsOf(file: File): Row[] {
  return rowsOf(file).flatMap(({ setting, fallback }) => {
    const [, value] = /^`([^`]*)`$/u.exec(fallback) ?? [];
    return value === undefined ? [] : [{ setting, fallback: value }];
  });
}

/** What platform.yaml comes to with these settings, but for where it says them. */
function platformOf(settings: readonly Row[]): unknown {
  const yaml = new Document({
    apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
    kind: 'Platform',
  });
  for (const { setting, fallback } of settings) yaml.setIn(setting.split('.'), parse(fallback));
  const platform = parsePlatform(Buffer.from(String(yaml)), 'platform.yaml');
  const hidden = new Set(['place', 'isSaid']);
  return JSON.parse(
    JSON.stringify(platform, (key, value: unknown) => (hidden.has(key) ? null : value)),
  );
}

const imageSync = {
  setting: 'spec.imageSync',
  fallback: '{image: registry.example/tool:1, archives: {claim: archives}}',
};
const gitops = (agent: string) => ({
  setting: 'spec.gitops',
  fallback: `{agent: ${agent}, repoURL: https://git.example/site.git}`,
});

describe('docs/configuration.md', () => {
  it.each(files)('has every setting of %s.yaml once', (file) => {
    const settings = settingsOf(file).filter((path) => path !== 'apiVersion' && path !== 'kind');
    expect(settings.length).toBeGreaterThan(1);
    const rows = rowsOf(file).map(({ setting }) => setting);
    expect(rows.filter((path) => path !== 'apiVersion' && path !== 'kind').toSorted()).toEqual(
      settings,
    );
  });

  it.each([
    ['', [], /^spec\.(?!imageSync|gitops)/u],
    ['with image Jobs', [imageSync], /^spec\.imageSync\./u],
    ['with Argo CD', [gitops('argocd')], /^spec\.gitops\.(?!agent|interval)/u],
    ['with Flux', [gitops('flux')], /^spec\.gitops\.(?!agent|project|destination)/u],
  ])('has the defaults of platform.yaml %s', (_, base, of) => {
    const written = defaultsOf('platform').filter(({ setting }) => of.test(setting));
    expect(written.length).toBeGreaterThan(1);
    expect(platformOf([...base, ...written])).toEqual(platformOf(base));
  });
});
