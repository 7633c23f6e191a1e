import { describe, expect, it } from '@jest/globals';
import {
  bundleDigest,
  caBundleDigest,
  interpretRootCertificate,
} from '../../../src/domain/inventory/interpret-root-certificates.ts';
import { configMap, mutatingWebhook } from '../../support/kubernetes-objects.ts';

function pem(body: string): string {
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
}

const same = (text: string): string => text;

describe('the digest of a root certificate', () => {
  it('differs for another certificate', () => {
    expect(bundleDigest(pem('b25l'), same)).not.toBe(bundleDigest(pem('dHdv'), same));
  });

  it.each([
    ['line breaks', pem('b2\r\n5l')],
    ['text around it', `# root\n${pem('b25l')}\n`],
    ['the same certificate twice', pem('b25l') + pem('b25l')],
  ])('does not depend on %s', (_, text) => {
    expect(bundleDigest(text, same)).toBe(bundleDigest(pem('b25l'), same));
  });

  it('does not depend on the order of a bundle', () => {
    const [one, two] = [pem('b25l'), pem('dHdv')];

    expect(bundleDigest(one + two, same)).toBe(bundleDigest(two + one, same));
  });

  it.each([undefined, '', 'no certificate'])('is absent for %p', (text) => {
    expect(bundleDigest(text, same)).toBeUndefined();
  });

  it('is the same from a webhook and from a namespace that trust the same root', () => {
    const webhook = {
      ...mutatingWebhook('injector', {}),
      webhooks: [{ name: 'x', clientConfig: { caBundle: btoa(pem('b25l')) } }],
    };
    const root = configMap('istio-ca-root-cert', { 'root-cert.pem': pem('b25l') });

    expect(caBundleDigest(webhook, same)).toBe('b25l');
    expect(interpretRootCertificate(root, same)).toEqual({
      namespace: 'istio-system',
      digest: 'b25l',
    });
  });

  it('is absent while a webhook has none', () => {
    const fresh = { ...mutatingWebhook('injector', {}), webhooks: [{ name: 'x' }] };

    expect(caBundleDigest(fresh, same)).toBeUndefined();
  });
});
