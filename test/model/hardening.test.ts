import { describe, expect, it } from 'vitest';
import {
  environment,
  errorsOf,
  shop,
  stateOf,
  store,
  type ArchiveText,
} from '../support/model-make.ts';

/** The hint of the error that such an Operator gives. */
function refusal(archive: ArchiveText, settings = ''): string | undefined {
  const [error, ...more] = errorsOf({ archives: [archive], environments: shop(store(settings)) });
  expect(more).toEqual([]);
  expect(error).toMatchObject({ code: 'operator-cannot-run', place: 'environments.yaml:7:17' });
  return `${error?.message}; ${error?.hint}`;
}

/** The uid that is set for such an Operator. */
function uidOf(archive: ArchiveText, settings = ''): number | undefined {
  const state = stateOf({ archives: [archive], environments: shop(store(settings)) });
  expect(state.namespaces[0]?.operators).toHaveLength(1);
  return state.namespaces[0]?.operators[0]?.runAsUser;
}

const asRoot =
  'the Operator of store-1.0.0 cannot run: its image runs as root, which the profile `restricted` refuses; add `hardening: baseline` to this Solution, or `runAsUser: <uid>` where the image can run as another user';

describe('under the profile restricted, an Operator', () => {
  it.each(['65532', '1000:1000', '1', '4294967295'])(
    'with the user %s runs as its image says',
    (user) => {
      expect(uidOf({ user })).toBeUndefined();
    },
  );

  it.each(['nonroot', 'nonroot:nonroot', 'nonroot:0'])('with the user %s runs as 65532', (user) => {
    expect(uidOf({ user })).toBe(65532);
  });

  it.each(['', 'root', '0', '0:0', 'root:1000', ':1000', '000'])(
    'with the user "%s" is root and refused',
    (user) => {
      expect(refusal({ user })).toBe(asRoot);
    },
  );

  it.each([
    ['operator', 'operator'],
    ['nobody:nobody', 'nobody'],
    ['99999999999999999999', '99999999999999999999'],
    ['-1', '-1'],
  ])('with the user %s is refused, because its uid is not known', (user, name) => {
    expect(refusal({ user })).toBe(
      `the Operator of store-1.0.0 cannot run: its image runs as the user \`${name}\`, whose uid Kubernetes cannot know; add \`runAsUser: <uid of that user>\` to this Solution`,
    );
  });

  it.each(['operator', 'root', ''])('with the user "%s" runs as the uid that is given', (user) => {
    expect(uidOf({ user }, 'runAsUser: 1234')).toBe(1234);
  });

  it('is refused where the uid that is given is 0', () => {
    expect(refusal({}, 'runAsUser: 0')).toBe(
      'the Operator of store-1.0.0 cannot run: `runAsUser: 0` is root, which the profile `restricted` refuses; name another uid, or add `hardening: baseline` to this Solution',
    );
  });

  it('of several architectures runs where all of them can', () => {
    expect(uidOf({ user: ['1000', '65532'] })).toBeUndefined();
    expect(uidOf({ user: ['nonroot', '65532'] })).toBe(65532);
  });

  it('of several architectures is refused for the one that cannot', () => {
    expect(refusal({ user: ['65532', 'root'] })).toBe(asRoot);
    expect(refusal({ user: ['65532', 'app'] })).toContain('the user `app`');
    expect(refusal({ user: ['1000', 'nonroot'] })).toBe(
      'the Operator of store-1.0.0 cannot run: its image runs as `nonroot` on one architecture and as 1000 on another, and a Deployment has one uid; add `runAsUser: <uid that both can run as>` to this Solution',
    );
  });

  it('runs where an attestation lies beside its image, which has no user', () => {
    expect(uidOf({ user: ['1000'], attested: true })).toBeUndefined();
    expect(refusal({ user: ['root'], attested: true })).toBe(asRoot);
  });

  it('is refused in each Namespace, because each needs a line', () => {
    const environments = [
      environment('shop', { a: [store()], b: [store('runAsUser: 1')], c: [store()] }),
    ];
    expect(
      errorsOf({ archives: [{ user: 'root' }], environments }).map(({ place }) => place),
    ).toEqual(['environments.yaml:7:17', 'environments.yaml:11:17']);
  });
});

describe('under another profile, an Operator', () => {
  it.each(['baseline', 'compat'])('may be anybody: %s', (profile) => {
    for (const user of ['root', 'app', '65532', 'nonroot']) {
      expect(uidOf({ user }, `hardening: ${profile}`)).toBeUndefined();
      expect(uidOf({ user }, `hardening: ${profile}, runAsUser: 0`)).toBe(0);
    }
  });
});

const profilesOf = (platform: string, settings: string, ...solutions: readonly string[]) =>
  stateOf({
    archives: [{}, { name: 'other' }],
    platform,
    environments: [environment('shop', { shop: solutions }, settings)],
  }).namespaces.map(({ profile, operators }) => [profile, ...operators.map((one) => one.profile)]);

const other = (more: string) => `{name: other, version: 1.0.0, ${more}}`;

describe('the profile', () => {
  it('is restricted unless platform.yaml, the Environment or the Solution says otherwise', () => {
    expect(profilesOf('', '', store())).toEqual([['restricted', 'restricted']]);
    expect(profilesOf('  hardening: baseline\n', '', store())).toEqual([['baseline', 'baseline']]);
    expect(profilesOf('  hardening: baseline\n', '  hardening: compat', store())).toEqual([
      ['compat', 'compat'],
    ]);
    expect(profilesOf('  hardening: baseline\n', '', store('hardening: restricted'))).toEqual([
      ['baseline', 'restricted'],
    ]);
  });

  it('of a Namespace is the weakest one in it', () => {
    expect(profilesOf('', '', store(), other('hardening: baseline'))).toEqual([
      ['baseline', 'baseline', 'restricted'],
    ]);
    expect(profilesOf('', '', store('hardening: compat'), other('hardening: baseline'))).toEqual([
      ['compat', 'baseline', 'compat'],
    ]);
    expect(profilesOf('', '')).toEqual([['restricted']]);
  });
});
