import type { ControlPlaneDetail } from '../../domain/inventory/control-plane-detail.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import type { DefaultAnswers } from '../../domain/inventory/webhook-facts.ts';
import type { Output } from '../output.ts';
import { formatAmount } from './amount.ts';
import { renderFacts } from './sections.ts';
import { renderTable } from './table.ts';

/** Control planes with what belongs to them. */
export function renderControlPlanes(
  output: Output,
  { mesh, controlPlanes, connectedProxies, autoscalers, budgets }: MeshInventory,
): string {
  if (mesh.controlPlanes.length === 0) return 'none';
  const rows = mesh.controlPlanes.map((plane) => {
    const detail = controlPlanes.find(({ revision }) => revision === plane.revision);
    const proxies =
      connectedProxies.kind === 'known' ? (connectedProxies.value[plane.revision] ?? 0) : 'unknown';
    return [
      plane.revision,
      plane.version ?? 'unknown',
      `${plane.readyReplicas}/${plane.replicas}${detail?.isRollingOut === true ? ' rolling out' : ''}`,
      proxies,
      detail?.installer ?? plane.installer,
      detail === undefined
        ? ''
        : describeDetail(detail, {
            autoscaler: autoscalers.kind === 'unknown' ? 'HPA unknown' : 'no HPA',
            budget: budgets.kind === 'unknown' ? 'PDB unknown' : 'no PDB',
          }),
    ];
  });
  return renderTable(
    output,
    ['REVISION', 'VERSION', 'READY', 'PROXIES', 'INSTALLER', 'DETAILS'],
    rows,
  );
}

/** `absent` says what it means that there is none: none, or none that could be read. */
function describeDetail(
  detail: ControlPlaneDetail,
  absent: { readonly autoscaler: string; readonly budget: string },
): string {
  const { autoscaler, budget, meshConfig, values, rootDigest } = detail;
  return [
    `requests ${formatAmount(detail.requests)}`,
    autoscaler === undefined ? absent.autoscaler : `HPA ${autoscaler.min}-${autoscaler.max}`,
    budget === undefined ? absent.budget : `PDB allows ${budget.disruptionsAllowed}`,
    meshConfig === undefined ? 'no mesh config' : `mesh config ${shorten(meshConfig.digest)}`,
    values.source === 'recorded' ? `values in ${values.configMap}` : 'values not recorded',
    rootDigest === undefined ? 'no root certificate' : `root ${shorten(rootDigest)}`,
  ].join(', ');
}

/** `sha256:0123456789abcdef…` as `01234567`. */
function shorten(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 8);
}

export function renderTags(output: Output, { mesh }: MeshInventory): string | undefined {
  if (mesh.tags.length === 0) return undefined;
  const rows = mesh.tags.map((tag) => [tag.tag, tag.revision, tag.webhook]);
  return renderTable(output, ['TAG', 'REVISION', 'WEBHOOK'], rows);
}

const QUESTIONS: readonly (readonly [keyof DefaultAnswers, string])[] = [
  ['injection', 'injects istio-injection=enabled'],
  ['validation', 'validates configuration without a revision'],
  ['ownership', 'owns Gateways without a revision'],
  ['leader', 'wins the leader locks'],
];

/** Who is the default, by each way of asking; they may differ. */
export function renderDefaults(output: Output, { defaults }: MeshInventory): string {
  const answers = QUESTIONS.map(
    ([key, question]) => [question, defaults[key] ?? 'nobody'] as const,
  );
  const table = renderFacts(output, answers);
  const differ = new Set(answers.map(([, answer]) => answer)).size > 1;
  return differ ? `${table}\n${output.colors.yellow('The four answers differ.')}` : table;
}
