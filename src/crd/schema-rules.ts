import type { RuleText } from './rule.ts';

/** Which fields there are, and which must be. */
export const fieldRules = {
  'field-removed': {
    level: 'breaking',
    what: 'a field is gone',
    why: 'The API server drops it from every stored object that is read, and for good when the object is written. An Operator of before finds it empty.',
    remedy: 'Export the objects that have it; move the data where the vendor says.',
  },
  'field-unlisted': {
    level: 'risky',
    what: 'a field is no longer described',
    why: 'Unknown fields are kept there, so the data stays, without checks and without defaults.',
    remedy: 'Nothing where the Operator does not rely on the checks.',
  },
  'field-added': {
    level: 'safe',
    what: 'an optional field is new',
    why: 'Objects without it stay valid, and an Operator of before does not look at it.',
  },
  'field-added-required': {
    level: 'breaking',
    what: 'a field is new and required',
    why: 'Stored objects lack it: every update of them is refused (validation ratcheting does not help), and so is whoever creates them as before.',
    remedy:
      'Add it to manifests as soon as the definition is applied; ask the vendor for a default.',
  },
  'field-listed': {
    level: 'risky',
    what: 'a field is described where unknown ones were kept',
    why: 'Stored objects may hold something else under that name: it is dropped, or the object can no longer be updated.',
    remedy: 'Look for the name in the objects in the cluster.',
  },
  'field-required': {
    level: 'breaking',
    what: 'a field is required from now on',
    why: 'Objects without it can no longer be updated (validation ratcheting does not help), nor created.',
    remedy: 'Set it in every object before you apply the definition.',
  },
  'field-optional': {
    level: 'risky',
    what: 'a field is no longer required',
    why: 'What is stored stays valid. An Operator of before may count on it.',
    remedy: 'Keep setting it for as long as an Operator of before runs.',
  },
  'unknown-fields-dropped': {
    level: 'breaking',
    what: 'unknown fields are no longer kept',
    why: 'The API server drops from stored objects what the schema does not name.',
    remedy: 'Compare the objects in the cluster with the schema, and export them.',
  },
  'unknown-fields-kept': {
    level: 'safe',
    what: 'unknown fields are kept',
    why: 'Nothing that is stored changes.',
  },
  'map-closed': {
    level: 'breaking',
    what: 'a map takes no keys of its own any more',
    why: 'The API server drops every key that the schema does not name.',
    remedy: 'Export the objects that have it; move the data where the vendor says.',
  },
  'map-opened': {
    level: 'safe',
    what: 'a map takes keys of its own',
    why: 'Nothing that is stored changes.',
  },
  'embedded-resource-added': {
    level: 'breaking',
    what: 'a field must hold a whole Kubernetes object',
    why: 'Values without `apiVersion`, `kind` and a right `metadata` are refused.',
    remedy: 'Look at the values in the cluster.',
  },
  'embedded-resource-removed': {
    level: 'breaking',
    what: 'a field holds no whole Kubernetes object any more',
    why: '`apiVersion`, `kind` and `metadata` are dropped where the schema does not name them.',
    remedy: 'Export the objects that have it; move the data where the vendor says.',
  },
  'embedded-resource-unchecked': {
    level: 'safe',
    what: 'a field need not hold a whole Kubernetes object any more',
    why: 'Unknown fields are kept there: nothing that is stored changes.',
  },
  'too-deep': {
    level: 'risky',
    what: 'the schema is deeper than is compared',
    why: 'What is below is not known.',
    remedy: 'Compare the two definitions by hand.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;

const TIGHTENED =
  'Values that were right are refused: objects that have one can no longer be created, nor updated where the cluster has no validation ratcheting (before Kubernetes 1.30).';
const LOOSENED = 'Every value that was right still is.';
const LOOK = 'Look at the values in the cluster before you apply it.';

/** Which values a field may have, and what the API server makes of them. */
export const valueRules = {
  'type-changed': {
    level: 'breaking',
    what: 'a field has another type',
    why: 'Every value that is stored is wrong, and an Operator of before cannot read the new ones.',
    remedy: 'Export the objects, and write them anew as the vendor says.',
  },
  'type-narrowed': {
    level: 'breaking',
    what: 'a field takes fewer types',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'type-widened': {
    level: 'risky',
    what: 'a field takes more types',
    why: `${LOOSENED} An Operator of before may fail to read an object with a new one.`,
    remedy: 'Write no such value for as long as an Operator of before runs.',
  },
  'format-tightened': {
    level: 'breaking',
    what: 'a field has a format from now on, or a narrower one',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'format-loosened': {
    level: 'risky',
    what: 'a field has no format any more, or a wider one',
    why: `${LOOSENED} An Operator of before may fail to read an object with a new one.`,
    remedy: 'Write no such value for as long as an Operator of before runs.',
  },
  'format-changed': {
    level: 'breaking',
    what: 'a field has another format',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'enum-added': {
    level: 'breaking',
    what: 'a field takes only certain values from now on',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'enum-dropped': {
    level: 'risky',
    what: 'a field takes any value',
    why: `${LOOSENED} An Operator of before knows only those that were listed.`,
    remedy: 'Write no other value for as long as an Operator of before runs.',
  },
  'enum-value-removed': {
    level: 'breaking',
    what: 'a value is no longer allowed',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'enum-value-added': {
    level: 'risky',
    what: 'a value is allowed that was not',
    why: `${LOOSENED} An Operator of before does not know the new one.`,
    remedy: 'Write no such value for as long as an Operator of before runs.',
  },
  'limit-tightened': {
    level: 'breaking',
    what: 'a limit is new or narrower',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'limit-loosened': {
    level: 'safe',
    what: 'a limit is gone or wider',
    why: LOOSENED,
  },
  'pattern-added': {
    level: 'breaking',
    what: 'text must match a pattern',
    why: TIGHTENED,
    remedy: LOOK,
  },
  'pattern-changed': {
    level: 'risky',
    what: 'text must match another pattern',
    why: 'Which of the two takes more cannot be told from the patterns.',
    remedy: LOOK,
  },
  'pattern-removed': {
    level: 'safe',
    what: 'text need not match a pattern any more',
    why: LOOSENED,
  },
  'nullable-removed': {
    level: 'breaking',
    what: 'a field must not be null any more',
    why: 'The API server replaces a null by the default, or drops it; in lists and maps it is refused.',
    remedy: LOOK,
  },
  'nullable-added': {
    level: 'risky',
    what: 'a field may be null',
    why: `${LOOSENED} An Operator of before may not expect a null.`,
    remedy: 'Write no null for as long as an Operator of before runs.',
  },
  'default-added': {
    level: 'risky',
    what: 'a field has a default from now on',
    why: 'Every object without the field has that value as soon as the definition is applied, stored ones, too.',
    remedy: 'Set the field where the default is not what you want.',
  },
  'default-changed': {
    level: 'risky',
    what: 'a field has another default',
    why: 'An object that was written without the field keeps the default of that time, a new one gets the new one: equal manifests no longer mean the same.',
    remedy: 'Set the field in every manifest.',
  },
  'default-removed': {
    level: 'risky',
    what: 'a field has no default any more',
    why: 'New objects without the field have no value there. An Operator of before may count on one.',
    remedy: 'Set the field in every manifest.',
  },
  'list-now-unique': {
    level: 'breaking',
    what: 'a list must not hold an item twice any more',
    why: 'Objects with such a list can no longer be updated (validation ratcheting does not help). Server-side apply merges by item.',
    remedy: LOOK,
  },
  'list-now-atomic': {
    level: 'risky',
    what: 'a list has one owner from now on',
    why: 'Server-side apply replaces it as a whole: whoever applied single items overwrites those of others.',
    remedy: 'Let one manifest hold the whole list.',
  },
  'list-keys-changed': {
    level: 'breaking',
    what: 'the items of a list are told apart by other fields',
    why: 'Items that were different may be the same: such a list is refused (validation ratcheting does not help).',
    remedy: LOOK,
  },
  'map-type-changed': {
    level: 'risky',
    what: 'a map is applied in another way',
    why: 'Server-side apply replaces an atomic map as a whole, and merges a granular one key by key.',
    remedy: 'See who applies parts of that map.',
  },
  'validation-added': {
    level: 'breaking',
    what: 'an expression must be true that was not asked for',
    why: `${TIGHTENED} An expression over \`oldSelf\` refuses changes that were allowed.`,
    remedy: 'Read the expression, and look at the values in the cluster.',
  },
  'validation-changed': {
    level: 'risky',
    what: 'another expression must be true',
    why: 'Which of the two takes more cannot be told from the expressions.',
    remedy: 'Read both expressions, and look at the values in the cluster.',
  },
  'validation-removed': {
    level: 'safe',
    what: 'an expression need not be true any more',
    why: LOOSENED,
  },
  'logic-added': {
    level: 'breaking',
    what: 'allOf, anyOf, oneOf or not is new',
    why: `${TIGHTENED} Validation ratcheting does not help here.`,
    remedy: LOOK,
  },
  'logic-changed': {
    level: 'risky',
    what: 'allOf, anyOf, oneOf or not is another one',
    why: 'Which of the two takes more is not worked out.',
    remedy: 'Read both, and look at the values in the cluster.',
  },
  'logic-removed': {
    level: 'safe',
    what: 'allOf, anyOf, oneOf or not is gone',
    why: LOOSENED,
  },
  'keyword-changed': {
    level: 'risky',
    what: 'the schema says something else under a keyword without a rule',
    why: 'What it does is not known here.',
    remedy: 'Compare the two definitions by hand.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
