// What the image says of itself. The Containerfile says the same; a test compares the two.

/** Where the program stands in the image. */
export const HOME_OF_PROGRAM = 'usr/lib/solutions';

/** `nonroot` of distroless images; admission policies ask for a number, not for a name. */
export const USER = 65_532;

/**
 * The configuration of the image, as `umoci config` takes it.
 *
 * @param {{ name: string, version: string, description: string, license: string }} manifest
 *   package.json
 */
export function configOf(manifest) {
  return {
    user: `${USER}:${USER}`,
    entrypoint: ['/usr/bin/solutions'],
    env: ['PATH=/usr/bin'],
    labels: {
      'org.opencontainers.image.title': manifest.name,
      'org.opencontainers.image.description': manifest.description,
      'org.opencontainers.image.licenses': manifest.license,
      'org.opencontainers.image.version': manifest.version,
    },
  };
}
