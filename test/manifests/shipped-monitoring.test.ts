import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseEnvironments } from '../../src/config/environments.ts';
import { parsePlatform } from '../../src/config/platform.ts';
import { parseSolutions } from '../../src/config/solutions.ts';
import type { JsonObject } from '../../src/kubernetes/value.ts';
import { render } from '../../src/manifests/render.ts';
import { extract } from '../../src/metadata/extract.ts';
import { resolve } from '../../src/model/resolve.ts';
import {
  makeTree,
  realTrees,
  scratchFolder,
  treeFrom,
  type ImageToMake,
} from '../support/archive-make.ts';
import { genisoimage } from '../support/iso-make.ts';
import { schemaMistakes } from '../support/kubernetes-schema.ts';
import { alertsOf, dashboardOf, promtool } from '../support/monitoring-make.ts';
import { at } from './scenario.ts';

const TYPES = {
  json: 'application/grafana-dashboard+json',
  yaml: 'application/prometheus-alerts+yaml',
} as const;

/** An artifact as vendors ship one: a dashboard and its alerts. */
function artifact(name: string, texts: Readonly<Record<string, string>>): ImageToMake {
  const files = Object.entries(texts).map(([title, text]) => ({
    title,
    text,
    mediaType: title.endsWith('.json') ? TYPES.json : TYPES.yaml,
  }));
  return { name, tag: '1.0.0', artifact: files };
}

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind:';

/** All that is rendered of an ISO image, in the Namespaces `one` and `two`, from its record alone. */
async function renderIso(tree: string, name: string, version: string): Promise<JsonObject[]> {
  const root = scratchFolder();
  await genisoimage(tree, join(root, 'a.iso'));
  const listed = [{ path: 'a.iso', place: { file: 'solutions.yaml', line: 1 } }];
  const options = { root, acceptChanged: false, write: true };
  (await extract(listed, { ...options, locked: false })).finish();
  const { archives } = await extract(listed, { ...options, locked: true });
  const solutions = `solutions: [{name: ${name}, version: ${version}}]`;
  const config = {
    solutions: parseSolutions(
      Buffer.from(`${head} SolutionsConfiguration\nactive: {${name}: ${version}}\n`),
      'solutions.yaml',
    ),
    environments: parseEnvironments(
      Buffer.from(
        `${head} Environment\nmetadata: {name: production}\nspec:\n  namespaces:\n` +
          `  - {name: one, ${solutions}}\n  - {name: two, ${solutions}}\n`,
      ),
      'environments.yaml',
    ),
    platform: parsePlatform(
      Buffer.from(`${head} Platform\nspec: {monitoring: {enabled: true}}\n`),
      'platform.yaml',
    ),
  };
  return render(resolve(config, archives)).flatMap(({ objects }) => objects);
}

function ofKind(objects: readonly JsonObject[], kind: string): JsonObject[] {
  return objects.filter((object) => object['kind'] === kind);
}

function dashboardsIn(objects: readonly JsonObject[]): unknown[] {
  return ofKind(objects, 'ConfigMap')
    .filter((object) => at(object, 'metadata', 'labels', 'grafana_dashboard') === '1')
    .flatMap((object) => Object.values(Object(object['data'])))
    .map((text): unknown => JSON.parse(String(text)));
}

async function expectSound(objects: readonly JsonObject[], count: number): Promise<void> {
  const dashboards = dashboardsIn(objects);
  expect(dashboards).toHaveLength(count);
  for (const key of ['uid', 'title']) {
    expect(new Set(dashboards.map((one) => at(one, key))).size).toBe(count);
  }
  const rules = ofKind(objects, 'PrometheusRule');
  expect(rules).toHaveLength(count);
  expect(rules.flatMap(schemaMistakes)).toEqual([]);
  for (const rule of rules) expect(await promtool(JSON.stringify(rule['spec']))).toBe('');
  // Everything that was declared is filled in.
  const text = JSON.stringify([dashboards, rules.map(({ spec }) => spec)]);
  expect(text).not.toMatch(/\$\{|__inputs|x-inputs/u);
}

describe('an archive with dashboards and alerts', () => {
  it('renders them for two Namespaces side by side, from artifacts and from its folder', async () => {
    const tree = makeTree(scratchFolder(), {
      images: [
        { name: 'store-operator', tag: '1.0.0' },
        artifact('orders', { 'orders.json': dashboardOf(), 'orders.yaml': alertsOf() }),
      ],
      files: {
        'monitoring/dashboards/stock.json': dashboardOf({ title: 'Stock', uid: 'stock' }),
        'monitoring/alerts/stock.yaml': alertsOf({ rule: { alert: 'NoStock' } }),
      },
    });
    const objects = await renderIso(tree, 'store', '1.0.0');
    await expectSound(objects, 4);
    expect(dashboardsIn(objects).map((one) => at(one, 'title'))).toEqual([
      'Orders (one)',
      'Stock (one)',
      'Orders (two)',
      'Stock (two)',
    ]);
  });
});

const zenko = realTrees.filter((tree) => tree.endsWith('/zenko-2.10.4'));

describe.runIf(zenko.length > 0)('the archive of a vendor', () => {
  it.each(zenko)('%s renders its dashboards and alerts for two Namespaces', async (source) => {
    const folder = join(source, 'monitoring');
    const images = readdirSync(folder).map((name) => {
      const files = readdirSync(join(folder, name));
      const read = (file: string) => [file, readFileSync(join(folder, name, file), 'utf8')];
      return artifact(name, Object.fromEntries(files.map(read)));
    });
    const tree = treeFrom(source, scratchFolder(), [
      { name: 'zenko-operator', tag: 'v1.6.3' },
      ...images,
    ]);
    const objects = await renderIso(tree, 'zenko', '2.10.4');
    await expectSound(objects, 4);
    expect(dashboardsIn(objects).map((one) => at(one, 'title'))).toEqual([
      'Zenko DR artesca-data (one)',
      'Redis (one)',
      'Zenko DR artesca-data (two)',
      'Redis (two)',
    ]);
  });
});
