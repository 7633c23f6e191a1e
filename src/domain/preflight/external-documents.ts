import type { FindingDocument } from '../finding.ts';
import { ROLLBACK_DOCUMENTS } from '../rollback/rollback-documents.ts';

/** Codes that no rule over what was observed gives: they come from an installer, an API or a plan. */
export const EXTERNAL_DOCUMENTS: readonly FindingDocument[] = [
  ...ROLLBACK_DOCUMENTS,
  {
    code: 'DirectEdit',
    severity:
      'overridable where a field would be reset or is taken over, info where all of it stays',
    meaning:
      'fields of an object that the run applies are not as the installer of the running version left them: somebody changed, added or removed them in the cluster. The finding lists each with who set it, what is there and what will be. An override lets this one object be applied by force; its prior state is journaled first, and put back by an undo. CRDs and what else is shared with them are not put back: they are never lowered.',
    remedy:
      'make the change where the mesh is configured (`istioctl install`), take it back, or accept its loss with an override. See [drift](drift.md).',
  },
  {
    code: 'CrdVersionMissing',
    severity: 'blocking',
    meaning:
      'a downgrade leaves the CRDs as they are, and one of them is not there or does not serve a version that the target reads: its istiod would not start, or not see these objects.',
    remedy: 'serve the version again, or choose another target.',
  },
  {
    code: 'CrdsKept',
    severity: 'info',
    meaning:
      'a downgrade never lowers CRDs and has no step for them: objects written meanwhile would lose fields or become unreadable.',
    remedy:
      'nothing has to be done; the target works with newer CRDs that serve the versions that it reads.',
  },
  {
    code: 'FeatureMissing',
    severity: 'blocking',
    meaning:
      "live objects use a kind, an apiVersion, a field or a value that the CRDs of a downgrade's target do not have: its istiod would ignore it. The finding names the objects.",
    remedy: 'take it out of these objects, or choose another target.',
  },
  {
    code: 'FeatureLost',
    severity: 'overridable',
    meaning:
      'a setting of the running installation makes a difference in its own version and none in the target: both were rendered with it and without it. The mesh would run without that feature.',
    remedy:
      "look in the target's notes for what stands in its place, or accept its loss with an override.",
  },
  {
    code: 'GracePeriodGrows',
    severity: 'info (one finding for all of them)',
    meaning:
      'the policy restarts workloads by toggling terminationGracePeriodSeconds between 30 and 31, and that of this one is another: it becomes one second longer and stays so.',
    remedy: 'nothing has to be done; `restart.method: annotation` leaves it as it is.',
  },
  {
    code: 'InstallerBinaryMissing',
    severity: 'blocking',
    meaning:
      'the istioctl of the version that runs now is not configured, so how the mesh was installed cannot be proven by rendering it again.',
    remedy:
      'add that version, with its sha256, to `installers.istioctl.binaries` in `meshlift.yaml`.',
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
    code: 'LiveEditWouldBeLost',
    severity: 'overridable',
    meaning:
      'the pod template of a workload that was injected by hand is not what its original manifest gives with the injector of the running revision: somebody changed it in the cluster, and the change would be lost when it is injected again.',
    remedy: 'put the change into the original manifest, or accept its loss with an override.',
  },
  {
    code: 'ManifestUnreadable',
    severity: 'blocking',
    meaning:
      'a file of the original manifests, or of what stands in for the configuration of the injector, cannot be read as Kubernetes objects: it is missing, too large, no YAML or JSON, or a link that leads out of its folder.',
    remedy: 'correct the file, or `clusters.NAME.manualInjection` in `meshlift.yaml`.',
  },
  {
    code: 'ObjectLeftBehind',
    severity: 'info',
    meaning:
      'the running version has an object that the target of an upgrade in place does not have. It stays: nothing of the target reads it, and the way back needs it.',
    remedy: 'delete it once the target is to stay.',
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
    code: 'ProxiesCurrent',
    severity: 'info',
    meaning:
      'a refresh found no workload whose proxies are older than the control plane that would inject them now and that a restart would change.',
    remedy: 'nothing has to be done.',
  },
  {
    code: 'ProxyAgeUnknown',
    severity: 'info (one finding for each reason)',
    meaning:
      'a refresh cannot tell whether proxies are older than their control plane: an image is given by digest alone or has a tag that is no version, or it is not known who would inject the workload; it is not restarted.',
    remedy: 'look at the pods, and restart the workload by hand where its proxy is old.',
  },
  {
    code: 'ProxyNotRendered',
    severity: 'blocking; info where the request names another revision',
    meaning:
      'the injector of a revision did not answer with a proxy to a pod that is never created, so a refresh does not know what is older than it, and a restarted pod might not come back.',
    remedy: 'bring istiod of that revision and its webhook to work first.',
  },
  {
    code: 'ProxyStays',
    severity: 'info (one finding for each reason)',
    meaning:
      'a proxy is older than its control plane and a restart would not bring a newer one, or meshlift does not restart its owner; a refresh leaves it.',
    remedy:
      'take a pinned image away, inject again by hand what was injected by hand, and let Jobs end.',
  },
  {
    code: 'RefreshNeedsRevision',
    severity: 'blocking',
    meaning:
      'proxies of several revisions are older than their control planes and the request names none, or the request names a revision that injects nothing here: a refresh is about one.',
    remedy: 'name one of the revisions in the request (`--revision`), and then the next.',
  },
  {
    code: 'ReleaseRefused',
    severity: 'blocking',
    meaning:
      'the API server refuses, in a dry run, an object of the target release as invalid: often a CRD that lacks a version in which objects are stored.',
    remedy: 'look at the live object, and take away what the target does not know.',
  },
  {
    code: 'SettingRefused',
    severity: 'overridable',
    meaning:
      "the istioctl of a downgrade's target has something against the settings of the running revision that the running version's own does not say: often a setting that it does not know.",
    remedy: 'take the setting out of the running revision, or accept that it has no effect.',
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
