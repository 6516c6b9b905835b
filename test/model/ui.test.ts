import { describe, expect, it } from 'vitest';
import {
  environment,
  errorsOf,
  noticesOf,
  role,
  shop,
  stateOf,
  store,
  type Scenario,
} from '../support/model-make.ts';

/** `<namespace>: <host><path>` of every UI. */
function addresses(scenario: Scenario): string[] {
  return stateOf(scenario).namespaces.flatMap(({ name, uis }) =>
    uis.map(({ address: { host = '', path } }) => `${name}: ${host}${path}`),
  );
}

const archives = [{ ui: '101', roles: role() }];
const one = shop(store());
const two = [environment('shop', { shop: [store()], 'shop-2': [store()] })];

describe('the UI of a Solution', () => {
  it('is there where the archive declares one and has its image, and nowhere else', () => {
    expect(addresses({ archives, environments: one })).toEqual(['shop: /env/shop/store']);
    expect(addresses({ archives: [{}], environments: one })).toEqual([]);
  });

  it('is a warning, and nothing, where the image is an artifact', () => {
    const scenario = { archives: [{ ui: 'artifact', roles: role() }], environments: two };
    expect(addresses(scenario)).toEqual([]);
    expect(noticesOf(scenario, 'ui-paths')).toEqual([
      {
        code: 'ui-image',
        message: 'the UI of store-1.0.0, store-ui:v2, is no container image',
        hint: 'no UI is rendered: the vendor must correct `spec.ui.image`',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('is there without an Operator, and then not all settings have an effect', () => {
    const settings = 'webhook: true, replicas: 2, hardening: baseline, ui: {runAsUser: 1}';
    const scenario = {
      archives: [{ ui: '', operator: 'none' as const }],
      environments: shop(store(settings)),
    };
    expect(stateOf(scenario).namespaces[0]).toMatchObject({
      profile: 'baseline',
      operators: [],
      uis: [{ name: 'store-ui', profile: 'baseline', runAsUser: 1 }],
    });
    expect(noticesOf(scenario)).toEqual([
      {
        code: 'ignored-setting',
        message: '`webhook` and `replicas` of store-1.0.0 has no effect: it has no Operator',
        hint: 'only `name`, `version`, `hardening`, `nodeSelector`, `tolerations` and `ui` are of use here: remove the others',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('has settings that have no effect without it', () => {
    const scenario = {
      archives: [{ roles: role() }],
      environments: shop(store('ui: {runAsUser: 1}')),
    };
    expect(noticesOf(scenario)).toMatchObject([
      { code: 'ignored-setting', message: '`ui` of store-1.0.0 has no effect: it has no UI' },
    ]);
  });

  it('needs a repository as its Operator does', () => {
    const version = '1.0.0+a';
    const scenario = {
      archives: [{ version, ui: '101', operator: 'none' as const }],
      environments: shop(store('', version)),
    };
    expect(errorsOf(scenario)).toMatchObject([{ code: 'bad-repository' }]);
  });

  it.each([
    ['', 'its image runs as root, which the profile `restricted` refuses'],
    ['nginx', 'its image runs as the user `nginx`, whose uid Kubernetes cannot know'],
  ])('that runs as "%s" cannot run restricted, and the line to add is shown', (ui, why) => {
    const scenario = { archives: [{ ui, roles: role() }], environments: one };
    const [error, ...more] = errorsOf(scenario);
    expect(more).toEqual([]);
    expect(error).toMatchObject({
      code: 'ui-cannot-run',
      message: `the UI of store-1.0.0 cannot run: ${why}`,
      hint: expect.stringMatching(/^add `.+` to `ui` of this Solution/u),
      place: 'environments.yaml:7:17',
    });
    for (const settings of ['ui: {runAsUser: 101}', 'ui: {hardening: baseline}']) {
      expect(errorsOf({ ...scenario, environments: shop(store(settings)) })).toEqual([]);
    }
  });

  it('has a profile of its own, over that of its Solution; the weakest is that of the Namespace', () => {
    const { namespaces } = stateOf({
      archives,
      environments: shop(store('hardening: baseline, ui: {hardening: compat}')),
    });
    expect(namespaces[0]).toMatchObject({
      profile: 'compat',
      operators: [{ profile: 'baseline' }],
      uis: [{ profile: 'compat' }],
    });
  });
});

describe('the address of a UI', () => {
  it('of a Solution in two Namespaces of one Environment has the Namespace, which is said', () => {
    expect(addresses({ archives, environments: two })).toEqual([
      'shop: /env/shop/store/shop',
      'shop-2: /env/shop/store/shop-2',
    ]);
    expect(noticesOf({ archives, environments: two })).toEqual([
      {
        code: 'ui-paths',
        message:
          'the UI of `store` is in several Namespaces of the Environment `shop`: each is at /env/shop/store/<namespace>',
        hint: 'nothing to do; there is none at /env/shop/store itself',
        place: 'environments.yaml:7:17',
      },
    ]);
  });

  it('of a Solution in Namespaces of different Environments is short', () => {
    const environments = [
      environment('a', { one: [store()] }),
      environment('b', { two: [store()] }),
    ];
    expect(addresses({ archives, environments })).toEqual([
      'one: /env/a/store',
      'two: /env/b/store',
    ]);
  });

  it('of another Solution in the same Environment does not change for it', () => {
    const till = '{name: till, version: 1.0.0}';
    const environments = [environment('shop', { shop: [store(), till], 'shop-2': [store()] })];
    const both = [...archives, { name: 'till', ui: '101' }];
    expect(addresses({ archives: both, environments })).toContain('shop: /env/shop/till');
  });

  const platform = '  ingress: {host: "*.ui.example"}\n';

  it('is a host of its own below a domain, and no path is shared', () => {
    const scenario = { archives, environments: two, platform };
    expect(addresses(scenario)).toEqual([
      'shop: store-shop.ui.example/',
      'shop-2: store-shop-2.ui.example/',
    ]);
    expect(noticesOf(scenario)).toEqual([]);
  });

  it('has a label of 63 characters at most, another for each UI', () => {
    const names = ['a', 'b'].map((end) => `${'x'.repeat(53)}${end}`);
    const hosts = addresses({
      archives: names.map((name) => ({ name, ui: '101' })),
      environments: [
        environment('shop', {
          ['n'.repeat(63)]: names.map((name) => `{name: ${name}, version: 1.0.0}`),
        }),
      ],
      platform,
    });
    expect(new Set(hosts).size).toBe(2);
    for (const host of hosts) {
      expect(host).toMatch(/^n{63}: x{53}[ab]-[0-9a-f]{8}\.ui\.example\/$/u);
    }
  });

  it('of two UIs is never the same', () => {
    const scenario = {
      archives: [
        { name: 'a-b', ui: '101' },
        { name: 'a', ui: '101' },
      ],
      environments: [
        environment('shop', {
          'b-c': ['{name: a, version: 1.0.0}'],
          c: ['{name: a-b, version: 1.0.0}'],
        }),
      ],
      platform,
    };
    expect(errorsOf(scenario)).toEqual([
      {
        code: 'ui-address',
        message: 'the UIs of a-1.0.0 and a-b-1.0.0 would both be at a-b-c.ui.example/',
        hint: 'the other is at environments.yaml:7:17: rename a Namespace, or use one `ingress.host` with a path for each UI',
        place: 'environments.yaml:9:17',
      },
    ]);
    expect(errorsOf({ ...scenario, platform: '' })).toEqual([]);
  });
});
