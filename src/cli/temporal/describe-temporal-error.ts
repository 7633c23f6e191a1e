import {
  isGrpcServiceError,
  NamespaceNotFoundError,
  QueryNotRegisteredError,
  QueryRejectedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { DescribedError } from '../describe-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** gRPC status codes, as numbered by its specification. */
const GRPC = {
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unavailable: 14,
  unauthenticated: 16,
};

const NO_WORKER =
  'no worker answered in time. Check that one runs (`meshlift worker`) and polls the task queue of the run';

/** What a failure of the Temporal client means; `undefined` for one that is not Temporal's. */
export function describeTemporalError(error: Error): DescribedError | undefined {
  if (error instanceof WorkflowNotFoundError) {
    return notFound(
      `${error.workflowId}: there is no such run, or it has ended; \`meshlift list\` shows the runs`,
    );
  }
  if (error instanceof WorkflowUpdateFailedError) {
    const message = error.cause?.message ?? error.message;
    return { code: 'MessageRefused', message: `refused: ${message}`, exitCode: EXIT_CODES.failed };
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return noWorker(
      `${NO_WORKER}. The message may still take effect when one does (\`meshlift show\` tells); with --signal the server keeps it until then`,
    );
  }
  if (error instanceof QueryNotRegisteredError || error instanceof QueryRejectedError) {
    const message = `the run does not answer: ${error.message}. Is it one of meshlift's, and of a version that this command knows?`;
    return { code: 'Failed', message, exitCode: EXIT_CODES.failed };
  }
  if (error instanceof NamespaceNotFoundError) {
    return notFound(
      `the Temporal server has no namespace ${error.namespace}; set TEMPORAL_NAMESPACE or TEMPORAL_PROFILE`,
    );
  }
  return describeGrpcError(error);
}

function describeGrpcError(error: Error): DescribedError | undefined {
  const grpc = isGrpcServiceError(error) ? error : error.cause;
  if (!isGrpcServiceError(grpc)) return undefined;
  switch (Number(grpc.code)) {
    case GRPC.deadlineExceeded:
      return noWorker(NO_WORKER);
    case GRPC.unavailable:
      return {
        code: 'NoConnection',
        message: `the Temporal server does not answer: ${grpc.details}. Check TEMPORAL_ADDRESS and the server`,
        exitCode: EXIT_CODES.unreachable,
      };
    case GRPC.notFound:
      return notFound(`Temporal does not know it: ${grpc.details}`);
    case GRPC.permissionDenied:
    case GRPC.unauthenticated:
      return {
        code: 'Denied',
        message: `Temporal refused these credentials: ${grpc.details}. Check TEMPORAL_API_KEY, TEMPORAL_TLS_* and TEMPORAL_NAMESPACE`,
        exitCode: EXIT_CODES.unreachable,
      };
    case GRPC.failedPrecondition:
      return {
        code: 'Failed',
        message: `the run does not answer: ${grpc.details}. Its worker fails at the run itself; the worker's log says why`,
        exitCode: EXIT_CODES.failed,
      };
    default:
      return {
        code: 'Failed',
        message: `Temporal refused the request: ${grpc.details}`,
        exitCode: EXIT_CODES.failed,
      };
  }
}

function notFound(message: string): DescribedError {
  return { code: 'NotFound', message, exitCode: EXIT_CODES.unreachable };
}

function noWorker(message: string): DescribedError {
  return { code: 'NoWorker', message, exitCode: EXIT_CODES.unreachable };
}
