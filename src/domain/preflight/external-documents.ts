import type { FindingDocument } from '../finding.ts';

/** Codes that no rule over what was observed gives: they come from an installer, an API or a plan. */
export const EXTERNAL_DOCUMENTS: readonly FindingDocument[] = [
  {
    code: 'InstallerBinaryMissing',
    severity: 'blocking',
    meaning:
      'the istioctl of the version that runs now is not configured, so how the mesh was installed cannot be proven by rendering it again.',
    remedy:
      'add that version, with its sha256, to `installers.istioctl.binaries` in `meshlift.yaml`.',
  },
  {
    code: 'InstallerDriftOnShared',
    severity: 'blocking',
    meaning:
      'a field of a shared object that the target would set was last written by somebody else, and meshlift never writes by force.',
    remedy:
      'look who owns it with `kubectl get KIND NAME -o yaml --show-managed-fields`, and take the edit back or give the field up.',
  },
  {
    code: 'IstioctlAnalyze',
    severity:
      'overridable for an error or an answer that cannot be read, info for a warning or information',
    meaning:
      "the target version's own `istioctl analyze` has something to say about the configuration of this mesh; the subject carries Istio's own message code.",
    remedy: 'follow the page that the finding names.',
  },
  {
    code: 'IstioctlPrecheck',
    severity:
      "blocking for an error or an answer that cannot be read, overridable for a warning, info for information; as the target's own `istioctl x precheck` says",
    meaning:
      "the target version's precheck has something to say about this cluster; the subject carries Istio's own message code.",
    remedy:
      'follow the page that the finding names; when the precheck itself could not finish, run it by hand, since often a right to list objects is missing.',
  },
  {
    code: 'PermissionMissing',
    severity: 'blocking',
    meaning:
      'the API server says, or does not say at all, that one of the identities of meshlift may do what the plan needs; the subject names identity, verb and resource.',
    remedy: 'grant it with the command that the finding gives.',
  },
  {
    code: 'PlanChanged',
    severity: 'blocking',
    meaning:
      'the request was bound to a plan, and the plan that comes out now is another one: the mesh, the policy or an installer binary changed since.',
    remedy:
      '`meshlift start --plan FILE` names each object that changed since; run `meshlift plan` again, read it, and start with that one.',
  },
  {
    code: 'ReleaseRefused',
    severity: 'blocking',
    meaning:
      'the API server refuses, in a dry run, an object of the target release as invalid: often a CRD that lacks a version in which objects are stored.',
    remedy: 'look at the live object, and take away what the target does not know.',
  },
  {
    code: 'ValuesNotRecovered',
    severity:
      'overridable where the running version, rendered with the configuration that was read back, differs from the cluster; info where an object is missing or a value cannot be known from a cluster',
    meaning: 'the new revision would get another value than the running one has.',
    remedy:
      'set the value through `istioctl install` on the running revision, or accept the difference with an override.',
  },
];
