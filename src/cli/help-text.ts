/** What follows the list of commands. */
export const footer = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 differences found; those of push and unpush are in their help.

Examples:
  $ solutions synth                       write out/, then review it with git diff
  $ solutions synth --locked --check      in CI: fail when out/ is not what the files say
  $ solutions inspect storage-1.0.0.iso   see what a vendor shipped
  $ solutions push storage-1.0.0.iso --to registry.example:5000`;

/** Of `synth`. */
export const synthExamples = `
Examples:
  $ solutions synth                       extract what is new, write out/
  $ solutions synth --check               print what would change, as a unified diff
  $ solutions synth --locked --check      in CI, without the archives
  $ solutions -C clusters/paris synth     for another folder
  $ solutions synth --output json         what was written, removed and warned of, for a program`;

/** Of `inspect`. */
export const inspectExamples = `
Examples:
  $ solutions inspect storage-1.0.0.iso
  $ solutions inspect ./storage-tree --output json`;

/** Of `push`. */
export const pushHelp = `
Exit codes: 0 all images are there, 1 failed (TLS, a bug), 2 wrong usage,
  20 the archive is missing or damaged, 21 credentials, 22 refused by the registry,
  23 temporary: only here does the same command help later, 130 and 143 interrupted.

Credentials: --authfile, else REGISTRY_AUTH_FILE, else the files of podman and docker, with their
helpers. TLS: the CAs of the system, NODE_EXTRA_CA_CERTS, --cacert, /etc/containers/certs.d and
/etc/docker/certs.d. Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.

Examples:
  $ solutions push storage-1.0.0.iso --to registry.example:5000
  $ solutions push *.iso --to harbor.example/solutions --authfile auth.json --verify
  $ solutions push storage-1.1.0.iso --to registry.example:5000 --mount-from storage-1.0.0
  $ solutions push storage-1.1.0.iso --to localhost:5000 --plain-http --dry-run`;

/** Of `unpush`. */
export const unpushHelp = `
Deletes only what the registry still has with the recorded digest. Kept and shown: a tag that is
another image by now, and what a tag that is not of the archive needs. The registry must allow
deletion (docker-registry: storage.delete.enabled), and gives the space back when its garbage is
collected. Pods that still need an image, in any cluster, cannot pull it again: apply out/ first.

Exit codes: those of push; 1 where the archive is still imported, has no record, or the answer was no.

Examples:
  $ solutions unpush storage-1.0.0 --from registry.example:5000 --dry-run
  $ solutions unpush storage-1.0.0 --from harbor.example/solutions --authfile auth.json --yes
  $ solutions unpush storage-1.0.0 --from localhost:5000 --plain-http --archive storage-1.0.0.iso`;

/** Of `registry-config`. */
export const registryConfigHelp = `
On MetalK8s write it to /var/lib/metalk8s/repositories/conf.d/<name>.inc; elsewhere as below.

Examples:
  $ solutions registry-config storage-1.0.0.iso > /etc/nginx/solutions/storage-1.0.0.conf
  $ solutions registry-config storage-1.0.0.iso --root /mnt/storage --prefix vendor/storage`;
