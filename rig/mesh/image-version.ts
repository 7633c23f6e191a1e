const TAG = /:([^:@/]+?)(?:-distroless|-debug)?(?:@.*)?$/;

/** The Istio version that an image's tag names; a variant (`-distroless`, `-debug`) is no part of it. */
export function imageVersion(image: string | undefined): string {
  return TAG.exec(image ?? '')?.[1] ?? 'unknown';
}
