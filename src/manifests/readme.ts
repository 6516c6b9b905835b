import Handlebars from 'handlebars';
import type { Monitoring } from '../config/monitoring.ts';
import type { State } from '../model/state.ts';
import { archivesVolume } from './archives-volume.ts';
import { isServerSide, stagesOf } from './stage.ts';

/**
 * The text of `out/README.md`.
 *
 * @param template our own Handlebars source; nothing of an archive is ever run through it
 * @param files the names of the manifests, relative to `out/`
 */
export function readme(template: string, files: readonly string[], state: State): string {
  return Handlebars.compile(template, { strict: true, noEscape: true })(facts(files, state));
}

function facts(files: readonly string[], state: State) {
  const { solutions, namespaces, platform } = state;
  return {
    images: imageFacts(state),
    certificates: certificateFacts(state),
    reviewers: reviewers(state),
    uis: uiFacts(state),
    tlsSecret: platform.ingress.tlsSecret,
    imageAdmission: platform.imageAdmission.isEnabled,
    kindsOfOthers: kindsOfOthers(platform.monitoring),
    serverSide: files.some(isServerSide),
    stages: stagesOf(files).join(', '),
    operators: namespaces.some(({ operators }) => operators.length > 0),
    agent: platform.gitops.agent !== 'none',
    argocd: platform.gitops.agent === 'argocd' ? platform.gitops : undefined,
    flux: platform.gitops.agent === 'flux' ? platform.gitops : undefined,
    solutions: solutions.map(({ name, versions, active }) => ({
      name,
      versions: versions.map(({ version }) => asWritten(version)).join(', '),
      active: active ? asWritten(active.version) : '-',
    })),
    placed: namespaces.flatMap((namespace) =>
      namespace.solutions.map(({ name, version }) => ({
        environment: namespace.environment,
        namespace: namespace.name,
        name,
        version: asWritten(version),
      })),
    ),
  };
}

/** The Secrets that nobody makes unless a person does. */
function certificateFacts({ namespaces, platform }: State) {
  if (platform.monitoring.certificates === 'cert-manager') return [];
  return namespaces.flatMap(({ name: namespace, operators }) =>
    operators.flatMap(({ metrics }) =>
      metrics?.scheme === 'https'
        ? [{ namespace, secret: metrics.certificate, host: `${metrics.service}.${namespace}.svc` }]
        : [],
    ),
  );
}

/** The Solutions whose Operators review tokens. */
function reviewers({ namespaces }: State): string[] {
  const names = namespaces.flatMap(({ operators }) =>
    operators.flatMap(({ solution, metrics }) =>
      metrics?.scheme === 'https' ? [solution.name] : [],
    ),
  );
  return [...new Set(names)].toSorted();
}

function uiFacts({ namespaces }: State) {
  return namespaces.flatMap(({ name: namespace, uis }) =>
    uis.map(({ solution, address: { host, path } }) => ({
      solution: solution.name,
      namespace,
      address: `\`${host ?? ''}${path}\``,
    })),
  );
}

/** Kinds that kubectl knows only where their operator is: an unknown one fails the whole command. */
function kindsOfOthers({ isEnabled, certificates }: Monitoring) {
  if (!isEnabled) return [];
  const ofPrometheus = ['PrometheusRule', 'ServiceMonitor'];
  const ofCertManager = certificates === 'cert-manager' ? ['Certificate', 'Issuer'] : [];
  return [
    ...ofCertManager.map((kind) => ({ group: 'cert-manager.io', kind })),
    ...ofPrometheus.map((kind) => ({ group: 'monitoring.coreos.com', kind })),
  ];
}

function imageFacts({ imageSync, platform }: State) {
  if (!imageSync) return undefined;
  const { archives, secret, caConfigMap, deadlineSeconds } = imageSync.settings;
  return {
    registry: `\`${platform.registry.prefix}\``,
    timeout: deadlineSeconds,
    volume: archivesVolume(imageSync.settings).volume,
    needs: [
      'claim' in archives
        ? `the claim \`${archives.claim}\` in that Namespace, with the archives in it, readable to the uid 65532`
        : `the archives in the folder ${pathText(archives.path)} of the node \`${archives.node}\`, readable to the uid 65532`,
      ...(secret === undefined
        ? []
        : [
            `the Secret \`${secret}\` in that Namespace, of the type \`kubernetes.io/dockerconfigjson\``,
          ]),
      ...(caConfigMap === undefined
        ? []
        : [
            `the ConfigMap \`${caConfigMap}\` in that Namespace, with the CAs of the registry in \`ca.crt\``,
          ]),
    ],
  };
}

function pathText(path: string): string {
  return /^[\w./-]+$/u.test(path) ? `\`${path}\`` : asWritten(path);
}

/**
 * A version or path for Markdown. Nearly any text may be one: neither its signs nor its spaces may become
 * markup, and what nobody sees is replaced.
 */
function asWritten(text: string): string {
  return text
    .replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '\u{fffd}')
    .replaceAll(/[!-,/:-@[-`{-~]/gu, (sign) => (sign === '+' ? sign : `\\${sign}`));
}
