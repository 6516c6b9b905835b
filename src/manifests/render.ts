import { App, Chart } from 'cdk8s';
import type { Place } from '../errors.ts';
import { isJsonObject, textOf, type JsonObject } from '../kubernetes/value.ts';
import type { SharedObject, State } from '../model/state.ts';
import { agentAnnotations } from './agent.ts';
import { imageJob } from './image-job.ts';
import { addImageAdmission } from './image-admission.ts';
import { addImageSync } from './image-sync.ts';
import { ANNOTATIONS, commonLabels } from './labels.ts';
import { addMetrics } from './metrics.ts';
import { addMonitoring } from './monitoring.ts';
import { addNamespaces } from './namespaces.ts';
import { addOperator } from './operator.ts';
import { operatorConfig, type OperatorConfig } from './operator-config.ts';
import { stage, type Stage } from './stage.ts';
import { PlainObject, sorted } from './object.ts';
import { addUi } from './ui.ts';
import { verbatim } from './verbatim.ts';

/** The objects of one file of `out/`, in their order. */
export interface ManifestFile {
  /** Relative to `out/`. */
  readonly file: string;
  readonly objects: readonly JsonObject[];
  /** Where a mistake in an object can be mended, as far as it is known. */
  readonly places: ReadonlyMap<JsonObject, Place>;
}

/** A file of `out/`, and what adds its objects to its chart. */
interface Part extends Stage {
  addTo(chart: Chart): void;
}

/**
 * Renders the desired state, a chart a file, in the order in which kubectl reads them. The order
 * is in the files' names: cdk8s' own dependencies between charts are exponential to sort.
 */
export function render(state: State): ManifestFile[] {
  const parts = [
    ...clusterParts(state),
    ...admissionParts(state),
    ...imageParts(state),
    ...operatorParts(state),
    ...uiParts(state),
    ...monitoringParts(state),
  ];
  return parts.flatMap((part) => {
    // An app of its own: what is built for one file lives no longer than that.
    const chart = new Chart(new App(), part.file, { disableResourceNameHashes: true });
    part.addTo(chart);
    const objects: JsonObject[] = [];
    const places = new Map<JsonObject, Place>();
    for (const one of chart.node.children) {
      if (!(one instanceof PlainObject)) throw new Error(`${one.node.path} is no PlainObject`);
      const object = annotated(one.toJson(), part, state);
      objects.push(object);
      if (one.place) places.set(object, one.place);
    }
    return objects.length === 0 ? [] : [{ file: part.file, objects, places }];
  });
}

/** What the cluster shares: a file a Solution for its CRDs, a file a version for its roles. */
function clusterParts(state: State): Part[] {
  const bySolution = groupBy(state.crds, ({ archive }) => archive.name);
  const byVersion = groupBy(state.clusterRoles, ({ archive }) => archive.id);
  return [
    { ...stage('namespaces'), addTo: (chart) => addNamespaces(chart, state) },
    ...bySolution.map(([solution, crds]) => ({
      ...stage('crds', solution),
      addTo: (chart: Chart) => addShared(chart, crds),
    })),
    ...byVersion.flatMap(([, roles]) => {
      const [first] = roles;
      if (!first) return [];
      return {
        ...stage('roles', first.archive.name, first.archive.version),
        addTo: (chart: Chart) => addShared(chart, roles),
      };
    }),
  ];
}

/** What the API server refuses by: one file for all Namespaces. */
function admissionParts(state: State): Part[] {
  if (!state.platform.imageAdmission.isEnabled || state.namespaces.length === 0) return [];
  return [{ ...stage('admission'), addTo: (chart) => addImageAdmission(chart, state) }];
}

/** What the image Jobs share, and a file a version for its Job. */
function imageParts({ imageSync, platform }: State): Part[] {
  if (!imageSync) return [];
  const { settings, jobs } = imageSync;
  return [
    {
      ...stage('imageArchives'),
      addTo: (chart) => addImageSync(chart, imageSync, platform),
    },
    ...jobs.map((job) => ({
      ...stage('images', job.archive.name, job.archive.version),
      addTo: (chart: Chart) => {
        const manifest = imageJob(job, { settings, registry: platform.registry });
        new PlainObject(chart, 'job', sorted(manifest));
      },
    })),
  ];
}

function operatorParts(state: State): Part[] {
  const configs = new Map<unknown, OperatorConfig>();
  return state.namespaces.flatMap((namespace) =>
    namespace.operators.map((operator) => {
      const config =
        configs.get(operator.solution) ?? operatorConfig(operator.solution, state.platform);
      configs.set(operator.solution, config);
      return {
        ...stage('operator', namespace.name, operator.solution.name),
        addTo: (chart: Chart) =>
          addOperator(chart, operator, {
            namespace: namespace.name,
            platform: state.platform,
            config,
          }),
      };
    }),
  );
}

function uiParts({ namespaces, platform }: State): Part[] {
  return namespaces.flatMap(({ name: namespace, uis }) =>
    uis.map((ui) => ({
      ...stage('ui', namespace, ui.solution.name),
      addTo: (chart: Chart) => addUi(chart, ui, { namespace, platform }),
    })),
  );
}

/** What is of kinds that other operators define: last, so that everything else is there without them. */
function monitoringParts({ namespaces, monitoring, platform }: State): Part[] {
  const byNamespace = new Map(groupBy(monitoring, (one) => one.namespace));
  return namespaces.flatMap(({ name: namespace, operators, solutions }) =>
    solutions.map(({ name }) => ({
      ...stage('monitoring', namespace, name),
      addTo(chart: Chart) {
        const operator = operators.find(({ solution }) => solution.name === name);
        const context = { namespace, monitoring: platform.monitoring };
        if (operator) addMetrics(chart, operator, context);
        const own = byNamespace.get(namespace)?.find(({ archive }) => archive.name === name);
        if (own) addMonitoring(chart, own, platform.monitoring);
      },
    })),
  );
}

function addShared(chart: Chart, objects: readonly SharedObject[]): void {
  for (const [index, { manifest, name, archive }] of objects.entries()) {
    const labels = commonLabels(archive.name);
    new PlainObject(chart, `${index}`, verbatim(manifest, { name, labels }), manifest.place);
  }
}

function annotated(object: JsonObject, part: Stage, { platform }: State): JsonObject {
  const { annotations, ...metadata } = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const own = isJsonObject(annotations) ? annotations : {};
  const agent = agentAnnotations(platform.gitops.agent, textOf(object['kind']), part.order);
  return {
    ...object,
    metadata: { annotations: { ...own, ...ANNOTATIONS, ...agent }, ...metadata },
  };
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups];
}
