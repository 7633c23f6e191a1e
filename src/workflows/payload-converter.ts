import { DefaultPayloadConverter } from '@temporalio/common';

type Given = Parameters<DefaultPayloadConverter['fromPayload']>;

/**
 * As Temporal's own, but what somebody has sent to a workflow and nobody can read is a text that says so.
 * Thrown there, the error would fail each workflow task from then on: after one signal in an encoding
 * that is not ours a run could not even be aborted. As a text it is refused like any other that is no
 * message. Answers of activities are our own, and stay strict.
 */
class ForgivingConverter extends DefaultPayloadConverter {
  override fromPayload<T>(payload: Given[0], context?: Given[1]): T {
    try {
      return super.fromPayload<T>(payload, context);
    } catch (error) {
      if (context?.type !== 'workflow') throw error;
      const why = error instanceof Error ? error.message : String(error);
      return `input that cannot be read: ${why}` as T;
    }
  }
}

/** Found by this name where workflows are bundled. */
export const payloadConverter = new ForgivingConverter();
