import type { DecisionClaims } from '../../domain/approval/decision-claims.ts';
import { formatPath } from '../../domain/request/parse-request.ts';
import { invalid, isObject, readObjectFile } from '../request-input.ts';

/** Claims that `meshlift sign --print-claims` printed where the run can be reached. */
export async function readClaimsFile(file: string): Promise<DecisionClaims> {
  const content = readObjectFile(file);
  const { decisionClaims } = await import('../../approvals/schema.ts');
  const parsed = decisionClaims.safeParse(
    isObject(content['claims']) ? content['claims'] : content,
  );
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `  ${formatPath(path)}: ${message}`,
    );
    throw invalid(
      `${file}: expected what \`meshlift sign RUN --print-claims\` prints:\n${problems.join('\n')}\nPrint it again`,
    );
  }
  const { expiresAt } = parsed.data;
  if (Date.parse(expiresAt) > Date.now()) return parsed.data;
  throw invalid(
    `${file}: expected claims that hold still, found the end ${expiresAt}. Print them again`,
  );
}
