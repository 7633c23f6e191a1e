import type { FieldDifference } from '../../diff/diff-fields.ts';

/**
 * A workload that was injected by hand: its pod template is replaced by its original manifest's, with
 * the proxy that the target's `istioctl kube-inject` puts into it. The digests bind a plan to what it
 * was made of.
 */
export interface InjectTreatment {
  readonly kind: 'inject';
  /** Of the original manifest, as it is read. */
  readonly manifest: string;
  /** Of the files that stand in for parts of the injector's configuration; absent where none does. */
  readonly files?: string;
  /** Of the rendered pod template. */
  readonly rendered: string;
  /** Of the live pod template that it replaces, our own mark left out. */
  readonly live: string;
  /** From the live pod template to what the server makes of the rendered one. */
  readonly diff: readonly FieldDifference[];
  /** Differences beyond those listed, with a digest over them. */
  readonly diffLeftOut?: { readonly count: number; readonly digest: string };
}
