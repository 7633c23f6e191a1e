import { describe, expect, it } from '@jest/globals';
import { parseMaintenanceRequest } from '../../../src/domain/standing-policy/parse-maintenance-request.ts';

const LEAST = { cluster: 'prod-eu', window: 'weeknights' };

describe('a maintenance request', () => {
  it.each([
    ['resume', {}, { kind: 'resume' }],
    ['7 days', { policy: { kind: 'patch' } }, { kind: 'patch', withinDays: 7 }],
    ['30 days', { policy: { kind: 'minor' } }, { kind: 'minor', supportedDays: 30 }],
  ])('needs a cluster and a window, and defaults to %s', (_what, given, policy) => {
    expect(parseMaintenanceRequest({ ...LEAST, ...given })).toEqual({
      kind: 'request',
      request: { apiVersion: 'meshlift.dev/v1alpha1', ...LEAST, policy },
    });
  });

  it.each([
    ['no window', { cluster: 'prod-eu' }, '$.window'],
    ['an unknown member', { ...LEAST, target: '1.26.1' }, '$'],
    ['a policy that is none', { ...LEAST, policy: { kind: 'newest' } }, '$.policy.kind'],
    [
      'a number as a text',
      { ...LEAST, policy: { kind: 'patch', withinDays: '7' } },
      '$.policy.withinDays',
    ],
    [
      'days of another policy',
      { ...LEAST, policy: { kind: 'patch', supportedDays: 7 } },
      '$.policy',
    ],
    ['no object', 'weeknights', '$'],
  ])('is refused with %s', (_what, input, path) => {
    expect(parseMaintenanceRequest(LEAST)).toMatchObject({ kind: 'request' });

    expect(parseMaintenanceRequest(input)).toMatchObject({
      kind: 'problems',
      problems: [{ path }],
    });
  });
});
