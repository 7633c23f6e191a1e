import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ActivityError } from '../../src/activities/errors.ts';
import { toFailure } from '../../src/activities/failures.ts';
import { RecordError } from '../../src/activities/record/run-record.ts';
import { InvalidRequestError } from '../../src/activities/services.ts';
import { ArtefactError, type ArtefactReason } from '../../src/artefacts/artefact-error.ts';
import { CommandError, type CommandFailure } from '../../src/clients/command-error.ts';
import { KubernetesError, KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import { FAILURE_TYPES } from '../../src/domain/failure-type.ts';
import {
  InstallerBinaryError,
  ManifestError,
  UnreadableConfigurationError,
} from '../../src/installers/istioctl/index.ts';

function status(code: number, retryAfterSeconds?: number): KubernetesError {
  return new KubernetesError({
    code,
    reason: 'x',
    message: 'no',
    causes: [],
    retryAfterSeconds,
    request: 'GET /x',
  });
}

function command(failure: CommandFailure, exitCode?: number): CommandError {
  const code = exitCode === undefined ? {} : { exitCode };
  return new CommandError({ command: 'istioctl', args: [], failure, stderrTail: '', ...code });
}

function artefact(reason: ArtefactReason, transient = false): ArtefactError {
  const problem = { reason, expected: 'x', found: 'y', remedy: 'z', transient };
  return new ArtefactError({ version: '1.26.1', where: 'here' }, problem);
}

const BINARY_CHANGED = new InstallerBinaryError({
  reason: 'changed',
  version: '1.26.1',
  message: 'another digest',
  remedy: 'put it back',
});

describe('an error crosses to Temporal', () => {
  it.each([
    ['401', status(401), 'Forbidden', true],
    ['403', status(403), 'Forbidden', true],
    ['400', status(400), 'Rejected', true],
    ['404', status(404), 'Rejected', true],
    ['410', status(410), 'Rejected', true],
    ['422', status(422), 'Rejected', true],
    ['409, which is read again', status(409), 'Transient', false],
    ['429', status(429), 'Transient', false],
    ['500', status(500), 'Transient', false],
    ['503', status(503), 'Transient', false],
    ['no answer', new KubernetesUnreachable('GET /x', new Error('reset')), 'Transient', false],
    ['a command that said no', command('exit-code', 1), 'InstallerFailed', true],
    ['a command that ran out of time', command('deadline'), 'Transient', false],
    ['a command that was killed', command('signal'), 'Transient', false],
    ['a record that was edited', new RecordError('x'), 'RecordUnreadable', true],
    ['an unknown cluster', new InvalidRequestError('x'), 'InvalidRequest', true],
    ['a binary of another digest', BINARY_CHANGED, 'InstallerFailed', true],
    ['an artefact that does not hold', artefact('digest-mismatch'), 'InstallerFailed', true],
    ['an artefact that cannot be had now', artefact('unreachable', true), 'Transient', false],
    ['a manifest that cannot be read', new ManifestError('x'), 'InstallerFailed', true],
    [
      'a configuration that cannot be read',
      new UnreadableConfigurationError('x'),
      'InstallerFailed',
      true,
    ],
    ['an unknown error', new TypeError('x'), 'Transient', false],
    ['a text', 'x', 'Transient', false],
    ['nothing', undefined, 'Transient', false],
  ])('%s', (_what, error, type, nonRetryable) => {
    const failure = toFailure(error);

    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, nonRetryable });
  });

  it.each(FAILURE_TYPES)('as %s when our own code says so, with its details', (type) => {
    const failure = toFailure(new ActivityError(type, 'words', [{ a: 1 }]));

    expect(failure).toMatchObject({
      type,
      message: 'words',
      details: [{ a: 1 }],
      nonRetryable: !['Transient', 'StillWatching'].includes(type),
    });
  });

  it('with its words and its cause', () => {
    const error = new TypeError('x is not a function');

    expect(toFailure(error)).toMatchObject({ message: 'x is not a function', cause: error });
  });

  it("with the server's own wish for when to come back", () => {
    expect(toFailure(status(429, 7))).toMatchObject({ nextRetryDelay: '7 seconds' });
    expect(toFailure(status(429))).not.toHaveProperty('nextRetryDelay', expect.anything());
  });

  it.each([
    ['a failure of ours', ApplicationFailure.create({ type: 'StillWatching', message: 'x' })],
    ['a cancellation', new CancelledFailure('x')],
  ])('unchanged when it is %s', (_what, failure) => {
    expect(toFailure(failure)).toBe(failure);
  });
});
