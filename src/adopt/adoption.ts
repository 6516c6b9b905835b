import { solutionsErrors, throwAll, type Notice, type SolutionsError } from '../errors.ts';
import { readManifests } from '../kubernetes/read.ts';
import type { JsonObject } from '../kubernetes/value.ts';
import { list, Notices } from '../model/notices.ts';
import { bootstrapFile, type BootstrapFile } from './bootstrap-file.ts';
import { environmentsOf, type AdoptedEnvironment } from './environments.ts';
import { kindOf, objectsIn, type Found } from './found.ts';
import { importedOf, type Imported } from './imported.ts';
import { inventoryOf, type Inventory } from './inventory.ts';
import { mistake, type AdoptCode, type AdoptNotices } from './mistake.ts';
import { selectorConflicts, type Conflict, type Registry } from './operators.ts';
import { solutionsFilesIn, type SolutionsFile } from './solutions-file.ts';

/** A file to adopt from. */
export interface SavedFile {
  /** Its name in places. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What it must hold, where somebody said what it is. */
  readonly kind?: 'SolutionsConfiguration' | 'BootstrapConfiguration' | undefined;
}

/** What a cluster is adopted from. */
export interface Sources {
  readonly files: readonly SavedFile[];
  /** What kubectl printed: objects, or lists of them. */
  readonly printed: readonly JsonObject[];
  /** Where the nodes pull from from now on; without it MetalK8s' own. */
  readonly registry: Registry | undefined;
}

/** What was understood of a cluster. */
export interface Adoption {
  readonly imported: Imported;
  /** By name. */
  readonly environments: readonly AdoptedEnvironment[];
  readonly bootstrap: BootstrapFile | undefined;
  readonly inventory: Inventory;
  /** What an apply would be refused for: to be mended in the cluster, whatever the files say. */
  readonly conflicts: readonly Conflict[];
  /** Everything that was not understood, or decided. */
  readonly notices: readonly Notice[];
}

/** Bytes of one saved file: every Deployment of a large cluster. */
const MAX_SAVED_BYTES = 32 << 20;

/**
 * Understands a MetalK8s cluster: what is imported and active, which Environments there are, and
 * what runs in them. Pure: from what was saved or printed, in any order, to one sorted result.
 *
 * @throws SolutionsError, or several in an AggregateError: files that cannot be read, and what
 *   contradicts itself
 */
export function adoptionOf({ files, printed, registry }: Sources): Adoption {
  const notices: AdoptNotices = new Notices<AdoptCode>();
  const { objects, solutionsFiles } = readFiles(files, notices);
  const found = [...objects, ...printed.flatMap((value) => objectsIn({ value }))];
  const inventory = inventoryOf(found, notices);
  const [solutionsFile] = solutionsFiles;
  const imported = importedOf(inventory.imported, solutionsFile, notices);
  const environments = environmentsOf({ inventory, imported, registry, notices });
  const bootstrap = inventory.bootstrap && bootstrapFile(inventory.bootstrap, notices);
  nameSecurity(environments, notices);
  const warnings = notices.finish();
  if (!inventory.imported && !solutionsFile && environments.length === 0)
    throw nothingFound(warnings);
  const placed = environments.flatMap(({ namespaces }) =>
    namespaces.flatMap(({ name: namespace, solutions }) =>
      solutions.map(({ name: solution }) => ({ namespace, solution })),
    ),
  );
  const conflicts = selectorConflicts(placed, inventory);
  return { imported, environments, bootstrap, inventory, conflicts, notices: warnings };
}

interface Read {
  readonly objects: readonly Found[];
  readonly solutionsFiles: readonly SolutionsFile[];
}

/** One bad file does not hide the mistakes of the others. */
function readFiles(files: readonly SavedFile[], notices: AdoptNotices): Read {
  const errors: SolutionsError[] = [];
  const read = files.flatMap((file) => {
    try {
      return [readFile(file, notices)];
    } catch (error) {
      errors.push(...solutionsErrors(error));
      return [];
    }
  });
  throwAll(errors);
  return {
    objects: read.flatMap(({ objects }) => objects),
    solutionsFiles: read.flatMap(({ solutionsFiles }) => solutionsFiles),
  };
}

function readFile({ file, bytes, kind }: SavedFile, notices: AdoptNotices): Read {
  const documents = readManifests(bytes, file, MAX_SAVED_BYTES);
  const objects = documents.flatMap(objectsIn);
  if (
    kind !== undefined &&
    documents.length > 0 &&
    !objects.some((one) => bareKind(one) === kind)
  ) {
    throw mistake('not-understood', `the file holds no ${kind}`, {
      place: { file },
      hint: 'name the file of the bootstrap node: /etc/metalk8s/solutions.yaml, /etc/metalk8s/bootstrap.yaml',
    });
  }
  // The older format has no kind.
  const isSolutions = objects.some(
    (one) =>
      bareKind(one) === 'SolutionsConfiguration' ||
      (bareKind(one) === '' && 'archives' in one.value),
  );
  return { objects, solutionsFiles: isSolutions ? solutionsFilesIn(bytes, file, notices) : [] };
}

/** Whatever the group: both of MetalK8s' are in use. */
function bareKind(found: Found): string {
  return kindOf(found).split('.', 1)[0] ?? '';
}

function nothingFound(notices: readonly Notice[]): SolutionsError<AdoptCode> {
  const others = notices.map(({ message }) => message);
  return mistake(
    'nothing-found',
    'there is nothing of Solutions here: no SolutionsConfiguration, no ConfigMap metalk8s-solutions, and no Namespace with the label of an Environment',
    {
      hint:
        others.length === 0
          ? 'is it the right cluster, or the right folder? `--context` and `--kubeconfig` choose a cluster, `--from-files` a folder'
          : `what is there: ${list(others)}`,
    },
  );
}

/** The take-over changes nobody's security, so what Salt left out stays left out until somebody says so. */
function nameSecurity(environments: readonly AdoptedEnvironment[], notices: AdoptNotices): void {
  const kept = environments.flatMap(({ namespaces }) =>
    namespaces.flatMap(({ name, solutions }) =>
      solutions
        .filter(({ hardening }) => hardening === 'compat')
        .map((solution) => `${name}/${solution.name}`),
    ),
  );
  if (kept.length === 0) return;
  notices.warn(
    'security-kept',
    `${list(kept)} ${kept.length === 1 ? 'keeps' : 'keep'} the Pod security that Salt gave: none`,
    {
      hint: 'after the take-over, remove `hardening: compat` of one Solution after the other in environments.yaml: platform.yaml then says `restricted`',
    },
  );
}
