import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ArtefactError } from '../artefacts/artefact-error.ts';
import { CommandError } from '../clients/command-error.ts';
import { KubernetesError, KubernetesUnreachable } from '../clients/kubernetes-error.ts';
import type { FailureType } from '../domain/failure-type.ts';
import {
  InstallerBinaryError,
  ManifestError,
  UnreadableConfigurationError,
} from '../installers/istioctl/index.ts';
import { NotifyError } from '../notifications/notify-error.ts';
import { ActivityError } from './errors.ts';
import { RecordError } from './record/run-record.ts';
import { InvalidRequestError } from './services.ts';

/** The one table of what is worth trying again. A person has to change something about the others. */
const RETRYABLE: Readonly<Record<FailureType, boolean>> = {
  InvalidRequest: false,
  WrongCluster: false,
  Forbidden: false,
  Rejected: false,
  ForeignChange: false,
  Unhealthy: false,
  ThresholdPassed: false,
  DeadlineExceeded: false,
  InstallerFailed: false,
  RecordUnreadable: false,
  StillWatching: true,
  RollbackFailed: false,
  MessageRefused: false,
  NotDelivered: false,
  Transient: true,
  OutsideWindow: false,
};

const INSTALLER_ERRORS = [InstallerBinaryError, ManifestError, UnreadableConfigurationError];

/** Any error as the failure that Temporal records; unknown ones stay retryable and keep their cause. */
export function toFailure(error: unknown): ApplicationFailure | CancelledFailure {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { type, retryAfterSeconds } = classify(error);
  return ApplicationFailure.create({
    type,
    nonRetryable: !RETRYABLE[type],
    message: error instanceof Error ? error.message : String(error),
    details: error instanceof ActivityError ? [...error.details] : [],
    ...(retryAfterSeconds === undefined ? {} : { nextRetryDelay: `${retryAfterSeconds} seconds` }),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

interface Classified {
  readonly type: FailureType;
  readonly retryAfterSeconds?: number;
}

function classify(error: unknown): Classified {
  if (error instanceof ActivityError) return { type: error.type };
  if (error instanceof InvalidRequestError) return { type: 'InvalidRequest' };
  if (error instanceof KubernetesUnreachable) return { type: 'Transient' };
  if (error instanceof KubernetesError) return classifyStatus(error);
  if (error instanceof NotifyError) return classifyDelivery(error);
  if (error instanceof RecordError) return { type: 'RecordUnreadable' };
  if (error instanceof ArtefactError) {
    return { type: error.transient ? 'Transient' : 'InstallerFailed' };
  }
  if (INSTALLER_ERRORS.some((kind) => error instanceof kind)) return { type: 'InstallerFailed' };
  // A command that ran out of time or was killed may do better; one that said no will not.
  if (error instanceof CommandError) {
    return { type: error.exitCode === undefined ? 'Transient' : 'InstallerFailed' };
  }
  return { type: 'Transient' };
}

function classifyDelivery({ transient, retryAfterSeconds }: NotifyError): Classified {
  if (!transient) return { type: 'NotDelivered' };
  return { type: 'Transient', ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

function classifyStatus(error: KubernetesError): Classified {
  if (error.code === 401 || error.code === 403) return { type: 'Forbidden' };
  // A webhook that does not answer is a 500 like any other; 409 is read again and decided anew.
  if (error.code === 409 || error.code === 429 || error.code >= 500) {
    return error.retryAfterSeconds === undefined
      ? { type: 'Transient' }
      : { type: 'Transient', retryAfterSeconds: error.retryAfterSeconds };
  }
  return { type: 'Rejected' };
}
