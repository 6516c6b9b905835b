import * as z from 'zod';
import type { Path } from '../config/yaml.ts';
import type { Notice, Place } from '../errors.ts';
import { quoted } from './mistake.ts';

/** An image as `images/<name>/<tag>` has it. */
export interface ImageName {
  readonly name: string;
  readonly tag: string;
}

/** `<name>:<tag>` */
export function imageText({ name, tag }: ImageName): string {
  return `${name}:${tag}`;
}

const image = z.looseObject({ name: z.string().min(1), tag: z.string().min(1) });

/** `spec.operator.metrics`: where the Operator serves what it measures. */
const metricsSchema = z.looseObject({
  enabled: z.boolean().nullish(),
  scheme: z.string().nullish(),
  port: z.int().min(1).max(65_535).nullish(),
  path: z.string().nullish(),
});

/** `spec.operator` of manifest.yaml. */
export const operatorSchema = z.looseObject({
  image: image.nullish(),
  metrics: metricsSchema.nullish(),
});

/** `spec.ui` of manifest.yaml. Other formats had it, too, so that any other shape is a notice. */
const uiSchema = z.looseObject({ image });

/** The Operator of a Solution. */
export interface ProductOperator {
  readonly image: ImageName;
  readonly metrics?: z.output<typeof metricsSchema> | undefined;
}

/** The web page of a Solution. */
export interface ProductUi {
  readonly image: ImageName;
}

/** What components are found in, and where their mistakes go. */
export interface ComponentContext {
  /** The images that the archive has. */
  readonly held: readonly ImageName[];
  readonly notices: Notice[];
  placeOf(path: Path): Place;
}

/**
 * The Operator that `spec.operator` declares; without a declaration the image `fallback`, where the
 * archive has it.
 */
export function operatorOf(
  operator: z.output<typeof operatorSchema> | null | undefined,
  fallback: ImageName,
  context: ComponentContext,
): ProductOperator | undefined {
  const metrics = operator?.metrics ?? undefined;
  if (operator?.image) {
    const { name, tag } = operator.image;
    if (!isHeld({ name, tag }, context)) {
      context.notices.push({
        code: 'product-operator-image',
        message: `the Operator's image ${quoted(`${name}:${tag}`)} is not in the archive`,
        hint: 'ask the vendor whether the archive is complete',
        place: context.placeOf(['spec', 'operator', 'image']),
      });
    }
    return { image: { name, tag }, metrics };
  }
  return isHeld(fallback, context) ? { image: fallback, metrics } : undefined;
}

/** The UI that `spec.ui` declares, where the archive has its image. */
export function uiOf(ui: unknown, context: ComponentContext): ProductUi | undefined {
  if (ui === undefined || ui === null) return undefined;
  const { data } = uiSchema.safeParse(ui);
  if (data && isHeld(data.image, context)) {
    return { image: { name: data.image.name, tag: data.image.tag } };
  }
  context.notices.push({
    code: 'product-ui',
    message: data
      ? `the image of the UI, ${quoted(imageText(data.image))}, is not in the archive`
      : '`spec.ui` has no `image` with a `name` and a `tag`',
    hint: 'no UI is rendered: ask the vendor whether the archive is complete',
    place: context.placeOf(['spec', 'ui']),
  });
  return undefined;
}

function isHeld({ name, tag }: ImageName, { held }: ComponentContext): boolean {
  return held.some((one) => one.name === name && one.tag === tag);
}
