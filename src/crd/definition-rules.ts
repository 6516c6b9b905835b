import type { RuleText } from './rule.ts';

/**
 * What changes of a CustomResourceDefinition around its schemas. What the API server refuses is from
 * ValidateCustomResourceDefinitionUpdate.
 */
export const definitionRules = {
  'definition-removed': {
    level: 'breaking',
    what: 'the whole definition is gone',
    why: 'It stays in the cluster until somebody deletes it; then every object of the kind is deleted with it.',
    remedy: 'Export the objects before you delete it.',
  },
  'group-changed': {
    level: 'breaking',
    what: 'the API group is another one',
    why: 'The API server refuses it. Under a new name it is another kind, and the objects of the old one stay where they are.',
    remedy: 'Let the vendor ship the new group beside the old one, with a way to move the objects.',
  },
  'plural-changed': {
    level: 'breaking',
    what: 'the plural is another one',
    why: 'It is a part of the name of the definition and of every URL: the API server refuses it.',
    remedy: 'Let the vendor ship it as a new kind, with a way to move the objects.',
  },
  'kind-changed': {
    level: 'breaking',
    what: 'the kind is another one',
    why: 'The API server refuses it once the definition is established, and programs ask for the old kind.',
    remedy: 'Let the vendor ship it as a new kind, with a way to move the objects.',
  },
  'scope-changed': {
    level: 'breaking',
    what: 'the objects have a Namespace from now on, or none any more',
    why: 'The API server refuses it once the definition is established: the scope is a part of the key that an object is stored under.',
    remedy: 'Export the objects, delete the definition, and create both again.',
  },
  'list-kind-changed': {
    level: 'breaking',
    what: 'lists of the objects have another kind',
    why: 'A typed client refuses a list of a kind that it does not know: an Operator of before can no longer watch.',
    remedy: 'Upgrade every Operator that shares the definition together with it.',
  },
  'singular-changed': {
    level: 'risky',
    what: 'the singular is another one',
    why: 'Scripts that call kubectl with the old word stop working; Operators do not use it.',
    remedy: 'Look for the old word in your scripts.',
  },
  'short-names-removed': {
    level: 'risky',
    what: 'a short name is gone',
    why: 'Scripts that call kubectl with it stop working; Operators do not use it.',
    remedy: 'Look for the short name in your scripts.',
  },
  'short-names-added': {
    level: 'safe',
    what: 'a short name is new',
    why: 'Where another kind has it already, it stays with that one.',
  },
  'categories-removed': {
    level: 'risky',
    what: 'the kind has left a category',
    why: 'Scripts that list or delete by the category (`kubectl get all`) miss the objects.',
    remedy: 'Look for the category in your scripts.',
  },
  'categories-added': {
    level: 'safe',
    what: 'the kind is in one more category',
    why: 'Lists by the category show the objects, too.',
  },
  'stored-version-removed': {
    level: 'breaking',
    what: 'the version that objects are stored in is gone',
    why: 'Objects in it can no longer be read: the API server refuses the definition as long as `status.storedVersions` names it.',
    remedy:
      'Take a release between that has both versions, write every object again, take the version out of `status.storedVersions`.',
  },
  'served-version-removed': {
    level: 'breaking',
    what: 'a version that was served is gone',
    why: 'Programs that use it find no API any more, and objects from the time when it was stored may still be there.',
    remedy:
      'Move programs and manifests to a version that stays; see that `status.storedVersions` does not name it.',
  },
  'unserved-version-removed': {
    level: 'risky',
    what: 'a version is gone that was neither served nor stored',
    why: 'Objects from the time when it was stored may still be there: then the API server refuses the definition.',
    remedy: 'See that `status.storedVersions` of the definition in the cluster does not name it.',
  },
  'version-added': {
    level: 'safe',
    what: 'a version is new',
    why: 'The others stay as they are.',
  },
  'version-unserved': {
    level: 'breaking',
    what: 'a version is no longer served',
    why: 'Programs that use it find no API any more. Its objects stay.',
    remedy: 'Move programs and manifests to a version that is served.',
  },
  'version-served': {
    level: 'safe',
    what: 'a version is served from now on',
    why: 'The others stay as they are.',
  },
  'storage-version-changed': {
    level: 'risky',
    what: 'objects are stored in another version',
    why: 'Objects are converted when they are read, and stored anew when they are written. There is no way back to a definition without the new version. What conversion without a webhook would lose is listed by itself.',
    remedy: 'Back the objects up before you apply it.',
  },
  'version-deprecated': {
    level: 'safe',
    what: 'a version is deprecated',
    why: 'It works as before, with a warning to clients. A later release may take it away.',
  },
  'version-undeprecated': {
    level: 'safe',
    what: 'a version is no longer deprecated',
    why: 'The warning to clients goes away.',
  },
  'conversion-webhook-added': {
    level: 'risky',
    what: 'a webhook converts between versions from now on',
    why: 'While it does not answer, objects in another version than the stored one can be neither read nor written, and an Operator that does not run it leaves nobody to answer.',
    remedy: 'See that the service and its certificate are there before the definition is.',
  },
  'conversion-webhook-removed': {
    level: 'breaking',
    what: 'no webhook converts between versions any more',
    why: 'Only `apiVersion` is rewritten then: what the webhook moved from field to field is lost.',
    remedy:
      'Write every object in the version that stays before you apply it, or wait until only one version is left.',
  },
  'conversion-webhook-changed': {
    level: 'risky',
    what: 'another webhook converts between versions',
    why: 'While it does not answer, objects in another version than the stored one can be neither read nor written.',
    remedy: 'See that the service and its certificate are there before the definition is.',
  },
  'pruning-on': {
    level: 'breaking',
    what: '`spec.preserveUnknownFields` is gone',
    why: 'Fields that no schema names are dropped from now on, from stored objects, too.',
    remedy: 'Compare the objects in the cluster with the schema, and export them.',
  },
  'pruning-off': {
    level: 'breaking',
    what: '`spec.preserveUnknownFields` is set',
    why: 'The API server refuses it in `apiextensions.k8s.io/v1`.',
    remedy: 'Ask the vendor for `x-kubernetes-preserve-unknown-fields` in the schema.',
  },
  'schema-added': {
    level: 'breaking',
    what: 'a version has a schema from now on',
    why: 'Fields that it does not name are dropped, and values that it refuses can no longer be written.',
    remedy: 'Compare the objects in the cluster with the schema, and export them.',
  },
  'schema-removed': {
    level: 'breaking',
    what: 'a version has no schema any more',
    why: 'The API server refuses it in `apiextensions.k8s.io/v1`.',
    remedy: 'Ask the vendor for a definition with schemas.',
  },
  'status-removed': {
    level: 'breaking',
    what: 'the subresource `status` is gone',
    why: 'An Operator of before writes its status there and gets "not found".',
    remedy: 'Upgrade every Operator that shares the definition together with it.',
  },
  'status-added': {
    level: 'risky',
    what: 'the subresource `status` is new',
    why: 'A status that is written with the object is ignored from now on: an Operator of before may do that, where the schema had one.',
    remedy: 'Upgrade every Operator that shares the definition together with it.',
  },
  'scale-removed': {
    level: 'breaking',
    what: 'the subresource `scale` is gone',
    why: '`kubectl scale` and autoscalers get "not found".',
    remedy: 'Take the objects out of autoscalers.',
  },
  'scale-added': {
    level: 'safe',
    what: 'the subresource `scale` is new',
    why: 'The object itself stays as it is.',
  },
  'scale-changed': {
    level: 'risky',
    what: 'the subresource `scale` stands for other fields',
    why: '`kubectl scale` and autoscalers set another field.',
    remedy: 'Look at the autoscalers of these objects.',
  },
  'columns-changed': {
    level: 'safe',
    what: 'the columns of `kubectl get` are other ones',
    why: 'Only what people see changes; scripts should not read it.',
  },
  'selectable-fields-removed': {
    level: 'breaking',
    what: 'objects can no longer be selected by a field',
    why: 'Requests with that field selector are refused.',
    remedy: 'Upgrade every program that selects by it together with the definition.',
  },
  'selectable-fields-added': {
    level: 'safe',
    what: 'objects can be selected by one more field',
    why: 'Everything else stays as it is.',
  },
  'more-changes': {
    level: 'risky',
    what: 'there are more changes than are listed',
    why: 'The list ends where nobody would read on. The level is that of the worst that is left out.',
    remedy: 'Treat it as another definition: test the upgrade with a copy of your objects.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
