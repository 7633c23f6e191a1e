import type { JsonObject } from '../../kubernetes-object.ts';
import { RESTART_ANNOTATION } from '../../mesh/record-marks.ts';
import type { PodTemplate } from './pod-template.ts';

/** The template with the mark of a restart of ours, or with none. */
export function withMark(template: PodTemplate, token: string | null): PodTemplate {
  const { annotations = {}, ...metadata } = template.metadata ?? {};
  const others = Object.entries(annotations).filter(([key]) => key !== RESTART_ANNOTATION);
  const marks = token === null ? others : [...others, [RESTART_ANNOTATION, token]];
  const marked = marks.length === 0 ? {} : { annotations: Object.fromEntries(marks) as JsonObject };
  return Object.assign({}, template, { metadata: { ...metadata, ...marked } });
}
