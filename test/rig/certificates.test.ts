import { X509Certificate, createPrivateKey } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { createCertificateAuthority, createServiceAccountKey } from '../../rig/certificates.ts';

it('issues certificates that its own authority vouches for, with user, group and server names', async () => {
  const authority = await createCertificateAuthority('test-authority');

  const issued = await authority.issue({ commonName: 'someone', organization: 'some:group' }, [
    'localhost',
    '127.0.0.1',
  ]);

  const root = new X509Certificate(authority.certificatePem);
  const leaf = new X509Certificate(issued.certificatePem);
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.checkIssued(root)).toBe(true);
  expect(leaf.checkPrivateKey(createPrivateKey(issued.keyPem))).toBe(true);
  expect(leaf.subject).toBe('O=some:group\nCN=someone');
  expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect([root.ca, leaf.ca]).toEqual([true, false]);
});

it('is valid now and not for long', async () => {
  const { certificatePem } = await createCertificateAuthority('test-authority');

  const { validFromDate, validToDate } = new X509Certificate(certificatePem);

  const days = (date: Date) => Math.round((date.getTime() - Date.now()) / 86_400_000);
  expect([days(validFromDate), days(validToDate)]).toEqual([-1, 365]);
});

it('makes an RSA key for service account tokens, the kind the API server wants', async () => {
  const key = createPrivateKey(await createServiceAccountKey());

  expect(key.asymmetricKeyType).toBe('rsa');
});
