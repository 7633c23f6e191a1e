import * as z from 'zod';
import { RUN_EVENTS } from '../domain/run-event.ts';
import { RUN_TYPES } from '../domain/request/request.ts';
import { eventType } from './event-type.ts';

const instant = z.iso.datetime();
const [first, ...others] = RUN_EVENTS.map(eventType);

const runEvent = z
  .strictObject({
    kind: z.enum(RUN_EVENTS),
    title: z.string().describe('One line.'),
    text: z.string().describe('Why, and what to do; lines of sentences.'),
    gate: z.string().exactOptional().describe('The gate that it is about.'),
    until: instant.exactOptional().describe('When what is waited for ends, or begins.'),
    outcome: z.string().exactOptional().describe('How the run ended; absent while it goes on.'),
    id: z.string().describe('The same at each attempt: what webhook-id has.'),
    at: instant,
    cluster: z.string(),
    target: z.string().exactOptional(),
    workflowType: z.enum(RUN_TYPES).exactOptional(),
    workflowId: z.string(),
    runId: z.string(),
    planDigest: z.string().exactOptional(),
    url: z.string().exactOptional().describe('The page of the run in the Temporal UI.'),
  })
  .meta({ id: 'RunEvent' });

/** Schema of `WebhookBody`; `data` is also that of a CloudEvent. */
export const webhookBody = z.strictObject({
  type: z.enum([first ?? 'dev.meshlift.done', ...others]),
  timestamp: instant.describe('When it happened, which may be before it was sent.'),
  data: runEvent,
});
