import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { crdText, makeTree, write, type TreeToMake } from './support/archive-make.ts';
import { emptyFolder, removeFolders, solutions } from './support/cli.ts';
import { commitAll, git, startRepository } from './support/git.ts';
import { genisoimage } from './support/iso-make.ts';
import { linesOf, objectName, planJson, type Plan } from './support/plan-json.ts';

afterAll(removeFolders);

const things = crdText('things');
const secrets = '- {apiGroups: [""], resources: [secrets], verbs: [get]}\n';
const rights = `---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: manager-role}
rules:
- {apiGroups: [store.example.com], resources: [things], verbs: [get, update]}
`;

/** 1.1.0 has one more field, one more kind, reads Secrets, and takes the server over as it was. */
const releases: readonly (TreeToMake & { readonly version: string })[] = [
  { version: '1.0.0', crds: { 'things_crd.yaml': things }, roles: rights },
  {
    version: '1.1.0',
    crds: {
      'things_crd.yaml': things.replace(/( +)mode:/u, '$1colour: {type: string}\n$1mode:'),
      'gifts_crd.yaml': crdText('gifts'),
    },
    roles: rights + secrets,
  },
];

const PLATFORM = `apiVersion: solutions.metalk8s.scality.com/v1alpha1
kind: Platform
spec:
  registry: {endpoint: 'registry.example:5000', base: site}
  imageSync:
    image: registry.example:5000/tool:1
    archives: {node: node-1, path: /archives}
`;

/** What one command is to do, as {@link linesOf} has it. */
interface Step {
  readonly command: string;
  readonly plan: readonly string[];
}

const production = '-n production -s store';
const RESTART = 'restarted production/store-operator (image, labels)';
const SECRETS = 'production/store-operator: get secrets, in its own Namespace';
const THINGS = 'store-operator: get, update things.store.example.com, in its own Namespace';

/** From the first archive to nothing at all. */
const steps: readonly Step[] = [
  {
    command: 'import -a <isos>/store-1.0.0.iso --as /archives/store-1.0.0.iso',
    plan: [
      'store imported 1.0.0',
      'runs images-store-1-0-0',
      'image + store-1.0.0/store-operator:1.0.0',
      'image + store-1.0.0/store-server:7',
    ],
  },
  { command: 'activate -n store -V 1.0.0', plan: ['store active none -> 1.0.0'] },
  { command: 'create-env -n production', plan: ['namespace added production'] },
  {
    command: `add-solution ${production} -V 1.0.0`,
    plan: [
      'placed production store none -> 1.0.0',
      `gained production/${THINGS}`,
      'created production/store-operator ()',
    ],
  },
  {
    command: 'import -a <isos>/store-1.1.0.iso --as /archives/store-1.1.0.iso',
    plan: [
      'store imported 1.1.0',
      'runs images-store-1-1-0',
      // It is told of every version that is imported.
      'restarted production/store-operator (configuration)',
      'image + store-1.1.0/store-operator:1.1.0',
      'image + store-1.1.0/store-server:7',
    ],
  },
  { command: 'create-env -n staging', plan: ['namespace added staging'] },
  {
    command: 'add-solution -n staging -s store -V 1.1.0',
    plan: [
      'placed staging store none -> 1.1.0',
      'shared things.store.example.com of store-1.0.0 breaks store-1.1.0',
      `gained staging/${SECRETS.replace('production/', '')}`,
      `gained staging/${THINGS}`,
      'created staging/store-operator ()',
    ],
  },
  {
    command: 'activate -n store',
    plan: [
      'store active 1.0.0 -> 1.1.0',
      'crd things.store.example.com safe field-added',
      'shared things.store.example.com of store-1.1.0 suits store-1.0.0',
    ],
  },
  {
    command: `add-solution ${production} -V 1.1.0`,
    plan: ['placed production store 1.0.0 -> 1.1.0', `gained ${SECRETS}`, RESTART],
  },
  {
    command: `add-solution ${production} -V 1.0.0`,
    plan: [
      'placed production store 1.1.0 -> 1.0.0',
      'shared things.store.example.com of store-1.1.0 suits store-1.0.0',
      `lost ${SECRETS}`,
      RESTART,
    ],
  },
  {
    command: 'delete-env -n staging',
    plan: [
      'namespace removed staging',
      'placed staging store 1.1.0 -> none',
      'shared things.store.example.com of store-1.1.0 suits store-1.0.0',
      `lost staging/${SECRETS.replace('production/', '')}`,
      `lost staging/${THINGS}`,
      'deleted staging/store-operator ()',
    ],
  },
  {
    command: 'activate -n store -V 1.0.0',
    plan: [
      'store active 1.1.0 -> 1.0.0',
      'crd gifts.store.example.com breaking definition-removed',
      'crd things.store.example.com breaking field-removed',
    ],
  },
  {
    command: 'unimport -a /archives/store-1.1.0.iso',
    plan: [
      'store dropped 1.1.0',
      'restarted production/store-operator (configuration)',
      'image - store-1.1.0/store-operator:1.1.0',
      'image - store-1.1.0/store-server:7',
      'solutions unpush store-1.1.0 --from registry.example:5000/site',
    ],
  },
  {
    command: `delete-solution ${production}`,
    plan: [
      'placed production store 1.0.0 -> none',
      `lost production/${THINGS}`,
      'deleted production/store-operator ()',
    ],
  },
  { command: 'delete-env -n production', plan: ['namespace removed production'] },
  {
    command: 'deactivate -n store',
    plan: [
      'store active 1.0.0 -> none',
      'crd things.store.example.com breaking definition-removed',
    ],
  },
  {
    command: 'unimport -a /archives/store-1.0.0.iso',
    plan: [
      'store dropped 1.0.0',
      'image - store-1.0.0/store-operator:1.0.0',
      'image - store-1.0.0/store-server:7',
      'solutions unpush store-1.0.0 --from registry.example:5000/site',
    ],
  },
];

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.optional(z.string()) }),
});

/** The words of the line that deletes an object, without a Namespace where it has none. */
function deletionOf({ apiVersion, kind, namespace, name }: z.infer<typeof objectName>): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  const where = namespace === undefined ? '' : `-n ${namespace} `;
  return `kubectl delete ${kind.toLowerCase()}${group} ${where}${name}`;
}

type Objects = ReadonlyMap<string, unknown>;

/** The objects of `out/`, read by a parser that is not ours, by the line that deletes them. */
function objectsIn(folder: string): Objects {
  const out = join(folder, 'out');
  const files = readdirSync(out).filter((name) => name.endsWith('.yaml'));
  return new Map(
    files.flatMap((file) =>
      parseAllDocuments(readFileSync(join(out, file), 'utf8')).map((document) => {
        const value: unknown = document.toJS();
        const { metadata, ...type } = manifest.parse(value);
        return [deletionOf({ ...type, ...metadata }), value] as const;
      }),
    ),
  );
}

function textsIn(folder: string): [string, string][] {
  const out = join(folder, 'out');
  return readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]);
}

/** The sizes of all blobs of an archive by their names, as they lie there. */
function blobsOf(tree: string): Map<string, number> {
  const files = readdirSync(join(tree, 'images'), { recursive: true, encoding: 'utf8' });
  return new Map(
    files.flatMap((file): [string, number][] => {
      const name = file.slice(-64);
      if (!/^[0-9a-f]{64}$/u.test(name)) return [];
      return [[name, statSync(join(tree, 'images', file)).size]];
    }),
  );
}

/** What a step left behind. */
interface Walked {
  readonly run: { readonly exitCode: number | undefined; readonly stderr: string };
  readonly exitCode: number | undefined;
  readonly plan: Plan;
  readonly text: string;
  readonly before: Objects;
  readonly after: Objects;
  /** After the commit: what `plan` and `synth --locked --check` end with. */
  readonly ends: readonly (number | undefined)[];
  /** After the commit, against the one before it. */
  readonly again: Plan;
  readonly status: string;
}

const walked: Walked[] = [];
let site = '';
let isos = '';
let start: [string, string][] = [];
const env = { GIT_CONFIG_GLOBAL: '/dev/null' };

const call = (...args: readonly string[]) => solutions(args, { cwd: site, env });

async function walk({ command }: Step): Promise<Walked> {
  const before = objectsIn(site);
  const run = await call(...command.replace('<isos>', isos).split(' '));
  const [json, text] = await Promise.all([call('plan', '-o', 'json'), call('plan')]);
  await commitAll(site, command);
  const [again, ...ends] = await Promise.all([
    call('plan', '-o', 'json', '--against', 'HEAD~1'),
    call('plan'),
    call('synth', '--locked', '--check'),
  ]);
  return {
    run,
    exitCode: json.exitCode,
    plan: planJson.parse(JSON.parse(json.stdout)),
    text: text.stdout,
    before,
    after: objectsIn(site),
    ends: ends.map(({ exitCode }) => exitCode),
    again: planJson.parse(JSON.parse(again.stdout)),
    status: await git(site, 'status', '--porcelain'),
  };
}

beforeAll(async () => {
  isos = emptyFolder();
  for (const release of releases) {
    const { version } = release;
    const tree = makeTree(join(isos, version), {
      ...release,
      images: [
        { name: 'store-operator', tag: version, layers: ['base', `the Operator ${version}`] },
        { name: 'store-server', tag: '7', layers: ['base', 'the server'] },
      ],
    });
    await genisoimage(tree, join(isos, `store-${version}.iso`));
  }
  site = await startRepository(emptyFolder());
  await call('init', '.');
  write(site, 'platform.yaml', PLATFORM);
  await call('synth');
  await commitAll(site, 'start');
  start = textsIn(site);
  for (const one of steps) walked.push(await walk(one));
}, 240_000);

function deletionsIn(printed: string): string[] {
  return [...printed.matchAll(/^ {2}(kubectl delete .*)$/gmu)]
    .map(([, line = '']) => line)
    .toSorted();
}

describe.each(steps.map((one, index) => ({ ...one, index })))(
  'in the whole life of a Solution, `$command`',
  ({ command, plan: expected, index }) => {
    const found = () => {
      const one = walked[index];
      if (!one) throw new Error(`${command} was not run`);
      return one;
    };

    it('does what the plan before its commit says, and nothing else', () => {
      const { run, exitCode, plan } = found();
      expect([run.exitCode, exitCode, plan.changes]).toEqual([0, 3, true]);
      expect(linesOf(plan)).toEqual(expected);
    });

    it('changes the objects of out/ that the plan names', () => {
      const { plan, before, after } = found();
      const changed = [...after].flatMap(([key, value]) =>
        before.has(key) && !isDeepStrictEqual(value, before.get(key)) ? [key] : [],
      );
      const { objects } = plan;
      const named = [objects.added, objects.changed, objects.removed].map((list) =>
        list.map(deletionOf).toSorted(),
      );
      expect(named).toEqual([
        [...after.keys()].filter((key) => !before.has(key)).toSorted(),
        changed.toSorted(),
        [...before.keys()].filter((key) => !after.has(key)).toSorted(),
      ]);
    });

    it('prints a line for each object that left out/, and for no other', () => {
      const { plan, run, text, before, after } = found();
      const gone = [...before.keys()].filter((key) => !after.has(key));
      expect(plan.deleteLines.toSorted()).toEqual(gone.toSorted());
      expect(deletionsIn(text)).toEqual(gone.toSorted());
      expect(deletionsIn(run.stderr)).toEqual(gone.toSorted());
    });

    it('is done with its commit: nothing is left to plan, to write or to commit', () => {
      const { ends, status, plan, again } = found();
      expect([ends, status]).toEqual([[0, 0], '']);
      expect({ ...again, base: plan.base, warnings: [] }).toEqual({ ...plan, warnings: [] });
    });
  },
);

function sum(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all + size, 0);
}

describe('over the whole life of a Solution', () => {
  it('a blob is counted once, with the first archive that has it', () => {
    const [first, second] = releases.map(({ version }) => blobsOf(join(isos, version)));
    const fresh = [...(second ?? [])].filter(([name]) => !first?.has(name));
    const transfers = walked.map(({ plan }) => plan.images.transfer).filter((bytes) => bytes > 0);
    expect(transfers).toEqual([
      sum([...(first?.values() ?? [])]),
      sum(fresh.map(([, size]) => size)),
    ]);
    expect(fresh.length).toBeLessThan(second?.size ?? 0);
  });

  it('nothing is left in out/ but what was there at the start', () => {
    expect(textsIn(site)).toEqual(start);
    expect(walked.at(0)?.before).toEqual(walked.at(-1)?.after);
  });

  it('every commit can be planned against from the end, through a tag or a branch', async () => {
    await git(site, 'tag', 'first', `HEAD~${steps.length}`);
    const upgrade = steps.findIndex(
      ({ command }) => command === `add-solution ${production} -V 1.1.0`,
    );
    await git(site, 'branch', 'upgraded', `HEAD~${steps.length - 1 - upgrade}`);
    const same = await call('plan', '--against', 'first');
    expect([same.exitCode, same.stdout]).toEqual([0, expect.stringContaining('Nothing changes.')]);
    const all = await call('plan', '--against', 'upgraded', '-o', 'json');
    expect(all.exitCode).toBe(3);
    const { objects, deleteLines } = planJson.parse(JSON.parse(all.stdout));
    expect(deleteLines).toHaveLength(objects.removed.length);
    expect(deleteLines.toSorted()).toEqual(
      [...(walked[upgrade]?.after.keys() ?? [])]
        .filter((key) => !walked.at(-1)?.after.has(key))
        .toSorted(),
    );
  });
});
