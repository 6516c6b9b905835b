import { Option } from 'commander';
import { outputOption, rootOf, type Invocation } from './invocation.ts';

const AFTER = `
Nothing is changed in the cluster: kubectl only gets Namespaces, ConfigMaps and Deployments.

Without --solutions-file the ConfigMap metalk8s-solutions tells which archives are imported, and in
which order nobody knows. Without --bootstrap-file platform.yaml names no networks. A folder for
--from-files may hold all of it, in any files: docs/take-over.md lists what to save.

It ends with what the first apply changes in running Operators, field by field, where the archives
are at hand, and with the lines of the take-over.

Exit codes: 0 adopted; 1 failed, or a Deployment must be deleted before the first apply; 2 wrong usage.

Examples:
  $ solutions adopt --dry-run --context metalk8s
  $ solutions adopt --kubeconfig /etc/kubernetes/admin.conf \\
      --solutions-file /etc/metalk8s/solutions.yaml --bootstrap-file /etc/metalk8s/bootstrap.yaml
  $ solutions -C clusters/paris adopt --from-files saved/
  $ solutions adopt --from-files saved/ --registry registry.example:5000/solutions`;

/** The flags of `adopt`, as commander gives them. */
export interface AdoptFlags {
  readonly fromFiles?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly solutionsFile?: string;
  readonly bootstrapFile?: string;
  readonly registry?: string;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
}

/** `solutions adopt`. */
export function addAdopt(invocation: Invocation): void {
  invocation.program
    .command('adopt')
    .summary('write the three files after a MetalK8s cluster')
    .description(
      'Writes solutions.yaml, environments.yaml and platform.yaml after what runs in a MetalK8s cluster, ' +
        'read through kubectl or from saved files, so that the first apply takes the Operators over in place.',
    )
    .addOption(
      new Option('--from-files <dir>', 'read saved YAML or JSON files, not a cluster').conflicts([
        'kubeconfig',
        'context',
      ]),
    )
    .option('--kubeconfig <file>', 'the kubeconfig for kubectl')
    .option('--context <name>', 'the context in it')
    .option('--solutions-file <file>', "MetalK8s' /etc/metalk8s/solutions.yaml")
    .option('--bootstrap-file <file>', "MetalK8s' /etc/metalk8s/bootstrap.yaml")
    .option(
      '--registry <registry>',
      "where the nodes pull from from now on, <host>[:<port>][/<base>]; by default MetalK8s' own",
    )
    .option('--overwrite', 'replace files that say something already')
    .addOption(new Option('--dry-run', 'write nothing; print the files').conflicts('overwrite'))
    .addOption(outputOption())
    .addHelpText('after', AFTER)
    .action(async (options: AdoptFlags) => {
      const { adopt } = await import('./adopt.ts');
      invocation.code = await adopt({ ...options, root: rootOf(invocation) }, invocation.terminal);
    });
}
