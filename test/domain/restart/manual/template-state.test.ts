import { describe, expect, it } from '@jest/globals';
import { withMark } from '../../../../src/domain/restart/manual/restart-mark.ts';
import { stateOfTemplate } from '../../../../src/domain/restart/manual/template-state.ts';
import { injected, workload } from './templates.ts';

const [prior, applied] = [injected('1.25.1'), injected('1.26.1')];
const change = { prior, applied };

describe('the pod template of a workload that is injected again', () => {
  it.each([
    ['applied', applied],
    ['prior', prior],
    ['other', injected('1.26.1', { nodeName: 'x' })],
    ['other', {}],
  ])('is %s by what it holds', (state, template) => {
    expect(stateOfTemplate(workload(template), change)).toBe(state);
  });

  it('is what it is whatever mark of a restart is on it, or was', () => {
    const marked = { prior: withMark(prior, 'earlier'), applied: withMark(applied, 'now') };

    expect(stateOfTemplate(workload(applied), marked)).toBe('applied');
    expect(stateOfTemplate(workload(withMark(prior, 'another')), marked)).toBe('prior');
  });
});
